package git

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confit/integration/gitserver"
	"confit/integration/harness"
)

// signers are the keys of a test. The good and the expired one are trusted.
type signers struct {
	field              string // of verify
	good, bad, expired gitserver.Signer
	trusted            string
	name               string // of who has the good key
}

func openPGP(w *world) signers {
	good, bad, old := w.PGPKey(time.Time{}, 0), w.PGPKey(time.Time{}, 0), w.PGPKey(time.Time{}, time.Hour)
	return signers{"openpgp", good, bad, old, good.Public + "\n" + old.Public, "Test <test@example.com>"}
}

func allowedSigners(w *world) signers {
	good, bad, old := w.SSHKey(), w.SSHKey(), w.SSHKey()
	return signers{"allowedSigners", good, bad, old, good.AllowedSigner("a@example.com") + "\n" + old.AllowedSigner("b@example.com", `valid-before="20200101"`) + "\n", "a@example.com"}
}

// A commit or tag is published only with the signature of a trusted and valid key. Everything
// else is 77 and writes nothing.
func TestGitVerify(t *testing.T) {
	for kind, keys := range map[string]func(*world) signers{"openpgp": openPGP, "ssh": allowedSigners} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			k := keys(w)
			w.write("keys/trusted", k.trusted)
			repo := w.Repo("site.git", site())
			signed := map[string][]gitserver.Signer{"good": {k.good}, "bad": {k.bad}, "expired": {k.expired}, "none": nil, "two": {k.good, k.bad}}
			for name, by := range signed {
				repo.Push(gitserver.Commit{Branch: name, From: "main", Files: gitserver.Tree{"who": {Data: name}}, Sign: by})
			}
			for name, by := range signed {
				repo.Tag(gitserver.Tag{Name: "v-" + name, At: "good", Message: "x", Sign: by})
			}
			repo.Tag(gitserver.Tag{Name: "v-light", At: "good"})
			repo.Tag(gitserver.Tag{Name: "v-on-bad", At: "bad", Sign: []gitserver.Signer{k.good}})
			repo.SetRef("refs/tags/v-moved", repo.Hash("v-good")) // stands for another
			forged(t, repo, "good", "forged")
			s := w.https()
			for name, tc := range map[string]struct {
				ref, object string
				status      int
				text        string
			}{
				"commit":             {"good", "", 0, ", signed by "},
				"commit of a tag":    {"v-none", "commit", 0, ", signed by "},
				"tag":                {"v-good", "tag", 0, ", signed by "},
				"tag by full name":   {"refs/tags/v-good", "tag", 0, ", signed by "},
				"tag of a bad one":   {"v-on-bad", "tag", 0, ", signed by "},
				"both":               {"v-good", "both", 0, ", signed by "},
				"both, bad commit":   {"v-on-bad", "both", 77, "git-signature"},
				"both, bad tag":      {"v-bad", "both", 77, "git-signature"},
				"unsigned":           {"none", "", 77, "not signed"},
				"unknown":            {"bad", "", 77, "git-signature"},
				"expired":            {"expired", "", 77, "git-signature"},
				"two":                {"two", "", 77, "git-signature"},
				"forged":             {"forged", "", 77, "git-signature"},
				"tag unsigned":       {"v-none", "tag", 77, "not signed"},
				"tag unknown":        {"v-bad", "tag", 77, "git-signature"},
				"tag expired":        {"v-expired", "tag", 77, "git-signature"},
				"tag two":            {"v-two", "tag", 77, "git-signature"},
				"tag light":          {"v-light", "tag", 77, "no annotated tag"},
				"tag of another":     {"v-moved", "tag", 77, "signed for another name"},
				"branch for a tag":   {"good", "tag", 77, "no annotated tag"},
				"branch behind both": {"good", "both", 77, "no annotated tag"},
			} {
				t.Run(name, func(t *testing.T) {
					w.spec(s.URL, "ref: "+tc.ref, "verify: {"+k.field+": keys, object: "+cmp.Or(tc.object, "commit")+"}")
					r := w.want(tc.status, []string{"render", "--log-format", "json"}, tc.text)
					if tc.status == 0 {
						w.wantOutputs(repo.Archive(tc.ref+"^{commit}", ""))
						must(t, os.RemoveAll(filepath.Join(w.dir, "out")))
						return
					}
					if !strings.Contains(r.stderr, `"file":"confit.yaml","line":3`) || !strings.Contains(r.stderr, `"hint":`) {
						t.Errorf("no place or hint: %s", r.stderr)
					}
					w.wantNoOutputs()
				})
			}
			w.spec(s.URL, "ref: v-bad", "verify: {"+k.field+": keys/trusted, object: tag}")
			if r := w.want(77, render); strings.Contains(r.stderr, "signed by "+k.name) {
				t.Errorf("a signature that is refused has a signer: %s", r.stderr)
			}
			w.want(0, []string{"render", "--git-ref", "site=v-good"}, ", signed by "+k.name+" (")
		})
	}
}

// forged makes a branch of a signed commit with a changed message.
func forged(t *testing.T, repo *gitserver.TestRepo, from, branch string) {
	t.Helper()
	text := repo.Text(from)
	if !strings.Contains(text, "step") {
		t.Fatalf("the commit is %q", text)
	}
	repo.SetRef("refs/heads/"+branch, repo.Object("commit", strings.Replace(text, "step", "stop", 1)))
}

// explain names who signed the commit or tag of a value, in the run that fetches and in those
// that need no network.
func TestGitExplainSigner(t *testing.T) {
	w := newWorld(t)
	author, releaser := w.SSHKey(), w.SSHKey()
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{"app.yaml": {Data: "port: 80\n"}}})
	repo.Push(gitserver.Commit{Files: gitserver.Tree{"app.yaml": {Data: "port: 81\n"}}, Sign: []gitserver.Signer{author}})
	repo.Tag(gitserver.Tag{Name: "v1", At: "HEAD", Message: "x", Sign: []gitserver.Signer{releaser}})
	w.write("keys", author.AllowedSigner("a@example.com")+"\n"+releaser.AllowedSigner("r@example.com")+"\n")
	w.write("over.yaml", "port: 82\n")
	s := w.https()
	place := "site@" + repo.Hash("HEAD")[:7] + ":app.yaml:1 (site)"
	for object, who := range map[string]string{"": "a@example.com (SHA256:", "tag": "r@example.com (SHA256:", "both": ") and a@example.com (SHA256:"} {
		w.spec(s.URL, "ref: v1", "verify: {allowedSigners: keys, object: "+cmp.Or(object, "commit")+"}", "read: [app.yaml]")
		for range 2 {
			r := w.want(0, []string{"explain", "port"})
			if !strings.Contains(r.stdout, "from "+place+", signed by ") || !strings.Contains(r.stdout, who) {
				t.Errorf("object %q: explain does not name %s: %s", object, who, r.stdout)
			}
			w.want(0, render)
		}
	}
	w.spec(s.URL, "ref: v1", "read: [app.yaml]")
	if r := w.want(0, []string{"explain", "port"}); !strings.Contains(r.stdout, "from "+place+"\n") {
		t.Errorf("without verify, explain has a signer: %s", r.stdout)
	}
	w.spec(s.URL, "ref: v1", "verify: {allowedSigners: keys}", "read: [app.yaml]\n  - file: over.yaml")
	r := w.want(0, []string{"explain", "--format", "json", "port"})
	from, over, _ := strings.Cut(r.stdout, `"overrode"`)
	if strings.Contains(from, "signedBy") || !strings.Contains(over, `"signedBy": "a@example.com (SHA256:`) {
		t.Errorf("explain names the signer of another layer: %s", r.stdout)
	}
}

// A key that is no longer trusted counts at once, even for a commit that is published and
// needs no network. Keys that cannot be read trust nobody.
func TestGitVerifyAgain(t *testing.T) {
	w := newWorld(t)
	key, other := w.SSHKey(), w.PGPKey(time.Time{}, 0)
	repo := w.Repo("site.git", site())
	repo.Push(gitserver.Commit{Files: gitserver.Tree{"who": {Data: "me"}}, Sign: []gitserver.Signer{key}})
	s := w.https()
	w.write("keys/signers", key.AllowedSigner("a@example.com")+"\n")
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"), "verify: {allowedSigners: keys/signers}")
	w.want(0, render)
	s.Forget()
	w.want(0, render, "0 created, 0 updated")
	before := harness.Untouched(t, filepath.Join(w.dir, "out"))
	w.write("keys/signers", w.SSHKey().AllowedSigner("a@example.com")+"\n")
	for _, verb := range []string{"render", "diff", "validate", "explain"} {
		w.want(77, []string{verb}, "commit "+repo.Hash("HEAD")[:7])
	}
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"), "verify: {openpgp: keys/pgp}")
	w.want(66, render, "mount the keys there")
	w.write("keys/pgp", other.Public)
	w.want(77, render)
	w.write("keys/pgp", "")
	w.want(78, render, "keys/pgp")
	if after := harness.Untouched(t, filepath.Join(w.dir, "out")); after != before {
		t.Errorf("the outputs are\n%s, were\n%s", after, before)
	}
	if s.Conns() != 0 {
		t.Errorf("the server was asked %v", s.Requests())
	}
}
