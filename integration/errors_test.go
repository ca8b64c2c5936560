package integration

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// withoutText are the codes that the source puts together: raw- and a kind without a text.
var withoutText = regexp.MustCompile("^raw-(map|list|value)$")

// TestErrorPage compares the codes of problems in the source with the page that explains
// them: every code is documented, and every documented code is in the source.
func TestErrorPage(t *testing.T) {
	page, err := os.ReadFile("../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "grep", "-hoE", `(Code:|Code[A-Z][a-z]+ +=) +"[a-z0-9-]+"|(fail|failAt|[pP]roblem|problemAt|limit|warn|dataProblem|problemf)\([^"]*, "[a-z0-9-]+", |(warn|trust)\("[a-z-]+"|(Error|Warning|Notice), problem\("[a-z-]+"`, "--", "../*.go", ":!../*_test.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`"([a-z0-9-]+)"`).FindAllStringSubmatch(string(out), -1)
	if len(codes) < 60 {
		t.Fatalf("only %d codes found: the search has lost its teeth", len(codes))
	}
	for _, c := range codes {
		if !strings.Contains(string(page), "`"+c[1]+"`") {
			t.Errorf("docs/errors.md does not explain %s", c[1])
		}
	}
	source, err := exec.Command("git", "grep", "-hE", "\"[a-z0-9-]+\"", "--", "../*.go", ":!../*_test.go", ":!../integration", ":!../sinks/report/codes.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]+)\\|").FindAllStringSubmatch(string(page), -1) {
		for _, c := range regexp.MustCompile("`([a-z0-9-]+)`").FindAllStringSubmatch(row[1], -1) {
			if !strings.Contains(string(source), `"`+c[1]+`"`) && !withoutText.MatchString(c[1]) {
				t.Errorf("docs/errors.md explains %s, which the source does not name", c[1])
			}
		}
	}
}
