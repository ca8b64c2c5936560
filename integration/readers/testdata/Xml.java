import java.io.*;
import java.util.*;
import javax.xml.parsers.*;
import org.xml.sax.InputSource;
import org.xml.sax.helpers.DefaultHandler;

/** Parses the files of a directory and writes + for each that is well-formed, else -. */
public class Xml {
    public static void main(String[] args) throws Exception {
        File[] files = new File(args[0]).listFiles();
        Arrays.sort(files);
        SAXParserFactory factory = SAXParserFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        StringBuilder out = new StringBuilder();
        for (File f : files) {
            try (InputStream in = new FileInputStream(f)) {
                factory.newSAXParser().parse(new InputSource(in), new DefaultHandler() {
                    public void fatalError(org.xml.sax.SAXParseException e) throws org.xml.sax.SAXException { throw e; }
                });
                out.append('+');
            } catch (Exception e) {
                out.append('-');
            }
        }
        System.out.print(out);
    }
}
