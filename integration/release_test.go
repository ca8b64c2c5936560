package integration

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"confit/integration/harness"
)

// release makes a release of one platform, from a checkout, in an environment, and gives
// where its files are.
func release(t *testing.T, checkout string, env ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "dist")
	cmd := exec.Command("sh", "release.sh", "v1.2.3", out, "linux/amd64")
	cmd.Dir = checkout
	cmd.Env = append(append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000"), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("release.sh: %v\n%s", err, text)
	}
	return out
}

// TestReleaseIsReproducible: a copy of the checkout elsewhere, in another zone and language,
// makes the same bytes. The archive has the program, its license, man pages and completions.
func TestReleaseIsReproducible(t *testing.T) {
	repo, elsewhere := harness.Repo(t), filepath.Join(t.TempDir(), "elsewhere")
	must(t, os.Mkdir(elsewhere, 0o755))
	copied := exec.Command("sh", "-c", `git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$0"`, elsewhere)
	copied.Dir = repo
	if text, err := copied.CombinedOutput(); err != nil {
		t.Fatalf("copy of the checkout: %v\n%s", err, text)
	}
	first := release(t, repo)
	second := release(t, elsewhere, "TZ=Asia/Tokyo", "LC_ALL=C.UTF-8")
	sums := string(readFile(t, filepath.Join(first, "SHA256SUMS")))
	if other := string(readFile(t, filepath.Join(second, "SHA256SUMS"))); sums != other {
		t.Errorf("the sums differ:\n%s\n%s", sums, other)
	}
	if !regexp.MustCompile(`^[0-9a-f]{64}  confit-v1\.2\.3-linux-amd64\.cdx\.json\n[0-9a-f]{64}  confit-v1\.2\.3-linux-amd64\.tar\.gz\n$`).MatchString(sums) {
		t.Errorf("SHA256SUMS is\n%s", sums)
	}
	archived(t, filepath.Join(first, "confit-v1.2.3-linux-amd64.tar.gz"))
	listsModules(t, filepath.Join(first, "confit-v1.2.3-linux-amd64.cdx.json"))
}

// archived unpacks a release and looks at what is in it.
func archived(t *testing.T, archive string) {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("tar", "-C", dir, "-xvzf", archive).Output()
	must(t, err)
	names := strings.Fields(string(out))
	for _, want := range []string{"./confit", "./LICENSE", "./man/confit.1", "./man/confit-validate.1", "./completions/confit.bash", "./completions/confit.zsh", "./completions/confit.fish"} {
		if !slices.Contains(names, want) {
			t.Errorf("the archive has no %s", want)
		}
	}
	version, err := exec.Command(filepath.Join(dir, "confit"), "version").Output()
	if err != nil || !strings.HasPrefix(string(version), "confit v1.2.3 ") {
		t.Errorf("confit version is %q, %v", version, err)
	}
	bash := exec.Command("bash", "-n", filepath.Join(dir, "completions", "confit.bash"))
	if text, err := bash.CombinedOutput(); err != nil {
		t.Errorf("bash: %v\n%s", err, text)
	}
	if man := string(readFile(t, filepath.Join(dir, "man", "confit.1"))); !strings.Contains(man, "confit v1.2.3") || !strings.Contains(man, "Nov 2023") {
		t.Errorf("the man page does not have the version and the date of the commit: %.200s", man)
	}
}

// listsModules wants the modules of the program in its SBOM, and no path of this machine.
func listsModules(t *testing.T, sbom string) {
	t.Helper()
	text := readFile(t, sbom)
	var list struct {
		BOMFormat string
		Metadata  struct {
			Component struct{ Name, Version string }
		}
		Components []struct{ Name string }
	}
	must(t, json.Unmarshal(text, &list))
	if list.BOMFormat != "CycloneDX" || list.Metadata.Component.Name != "confit" || list.Metadata.Component.Version != "v1.2.3" {
		t.Errorf("the SBOM is a %s of %+v", list.BOMFormat, list.Metadata.Component)
	}
	var names []string
	for _, c := range list.Components {
		names = append(names, c.Name)
	}
	for _, want := range []string{"std", "github.com/spf13/cobra", "go.yaml.in/yaml/v3"} {
		if !slices.Contains(names, want) {
			t.Errorf("the SBOM does not have %s: %v", want, names)
		}
	}
	for _, never := range []string{"github.com/cpuguy83/go-md2man/v2", "golang.org/x/tools"} {
		if slices.Contains(names, never) {
			t.Errorf("the program has %s", never)
		}
	}
}

// TestInstall puts everything below DESTDIR and PREFIX.
func TestInstall(t *testing.T) {
	dir := t.TempDir()
	install := exec.Command("make", "-n", "install", "DESTDIR="+dir, "PREFIX=/usr")
	install.Dir = harness.Repo(t)
	out, err := install.Output()
	must(t, err)
	for _, want := range []string{"bin/confit", "share/man/man1", "share/bash-completion/completions/confit", "share/zsh/site-functions/_confit", "share/fish/vendor_completions.d/confit.fish"} {
		if !strings.Contains(string(out), dir+"/usr/"+want) {
			t.Errorf("make install writes no %s:\n%s", want, out)
		}
	}
}
