import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** Reads the files of a directory, file by file, and writes the keys and values of each. */
public class Read {
    public static void main(String[] args) throws Exception {
        File[] files = new File(args[0]).listFiles();
        Arrays.sort(files);
        Writer out = new OutputStreamWriter(new BufferedOutputStream(System.out), StandardCharsets.UTF_8);
        for (File f : files) {
            Properties p = new Properties();
            try (InputStream in = new FileInputStream(f)) {
                p.load(in);
            }
            for (Map.Entry<Object, Object> e : new TreeMap<>(p).entrySet()) {
                out.write("\1" + e.getKey() + "\2" + e.getValue());
            }
            out.write("\3");
        }
        out.flush();
    }
}
