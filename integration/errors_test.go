package integration

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestErrorPage makes sure that every code which the source gives a problem is documented.
func TestErrorPage(t *testing.T) {
	page, err := os.ReadFile("../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "grep", "-hoE", `(Code:|Code[A-Z][a-z]+ +=) +"[a-z0-9-]+"|(fail|failAt|problem|problemAt|limit|warn|dataProblem|problemf)\([^"]*, "[a-z0-9-]+", |(warn|trust)\("[a-z-]+"`, "--", "../*.go", ":!../*_test.go").Output()
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
}
