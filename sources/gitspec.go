package sources

import (
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
	"confit/render/specfile"
	"confit/sources/pack"
	"confit/sources/remote"
	"confit/sources/verify"
)

// Verify says who must have signed what a Git source gives.
type Verify struct {
	specfile.Places

	OpenPGP        string `yaml:"openpgp"`        // a file, or a folder, of public keys
	AllowedSigners string `yaml:"allowedSigners"` // a file, or a folder, as ssh-keygen(1) has them
	Object         string `yaml:"object"`         // commit, tag or both; "" is commit
}

// FetchedWith lists the files and folders that a fetch reads.
func (s *Spec) FetchedWith() []string {
	names := []string{s.Auth}
	if s.Verify != nil {
		names = append(names, s.Verify.OpenPGP, s.Verify.AllowedSigners)
	}
	var files []string
	for _, name := range names {
		if name != "" {
			files = append(files, rebase(s.Base, name))
		}
	}
	return files
}

// GitName is how errors name the repository at a URL. It shows no URL that is refused.
func GitName(url string) string { return strings.TrimSpace("git " + remote.Shown(url)) }

var gitFields = []string{"ref", "commit", "path", "auth", "allowHTTP", "startJitter", "verify"}

var gitRules = []rule{
	{"commit", func(s *Spec) []string {
		return textIf(s.Commit != "" && !plumbing.IsHash(s.Commit), "commit is not a whole commit hash")
	}, "write all 40 digits, as git rev-parse prints them; a branch or tag goes into ref"},
	{"commit", func(s *Spec) []string {
		return textIf(plumbing.IsHash(s.Ref) && plumbing.IsHash(s.Commit) && !strings.EqualFold(s.Ref, s.Commit), "ref and commit are two commits")
	}, "leave out ref, or set it to a branch or tag that leads to the commit"},
	{"path", func(s *Spec) []string {
		sub := path.Clean(s.Sub)
		return textIf(path.IsAbs(sub) || sub == ".." || strings.HasPrefix(sub, "../"), "path "+diag.Quoted(s.Sub)+" is no folder inside the repository")
	}, "write it like deploy/web"},
	{"verify", func(s *Spec) []string {
		return textIf(s.Verify != nil && s.Verify.OpenPGP == "" && s.Verify.AllowedSigners == "", "verify names no keys")
	}, "set openpgp: or allowedSigners: to a file of public keys"},
	{"verify", func(s *Spec) []string {
		return textIf(s.Verify != nil && !slices.Contains([]string{"", "commit", "tag", "both"}, s.Verify.Object), "verify: object is commit, tag or both")
	}, ""},
	{"verify", func(s *Spec) []string {
		return textIf(s.Verify != nil && s.Ref == "" && slices.Contains([]string{"tag", "both"}, s.Verify.Object), "verify wants a signed tag, and ref names none")
	}, "set ref: to an annotated tag"},
}

// Moves tells whether a later fetch may find another commit: a Git source without a pin.
func (s *Spec) Moves() bool { return s.Git != "" && s.Commit == "" && !plumbing.IsHash(s.Ref) }

// verify holds the commit, or the tag that ref names, against the keys. It returns each
// signer once.
func (r *reader) verify(s *Spec, ref string, c *commitFiles) (by []verify.Signer, err error) {
	v := s.Verify
	if v == nil {
		return nil, nil
	}
	openPGP, err := r.keyFiles(s, v, "openpgp", v.OpenPGP)
	signers, err2 := r.keyFiles(s, v, "allowedSigners", v.AllowedSigners)
	if err != nil || err2 != nil {
		return nil, errors.Join(err, err2)
	}
	keys, err := verify.ParseKeys(openPGP, signers)
	if err != nil {
		return nil, err
	}
	if v.Object != "commit" && v.Object != "" {
		if len(c.tags) == 0 {
			return nil, trust("git-signature", diag.Quoted(ref)+" is no annotated tag, so nobody can have signed it", "make it with git tag -s")
		}
		tagger, err := checkTag(keys, ref, c)
		if err != nil {
			return nil, err
		}
		if by = append(by, tagger); v.Object == "tag" {
			return by, nil
		}
	}
	committer, err := keys.Check("commit", "commit "+c.commit.String()[:7], c.object, time.Now())
	if err != nil {
		return nil, err
	}
	if len(by) == 0 || by[0].String() != committer.String() {
		by = append(by, committer)
	}
	return by, nil
}

// checkTag looks at who signed the tag, and that it was made for this name and commit: or
// one signed tag could stand for another.
func checkTag(keys verify.Keys, ref string, c *commitFiles) (verify.Signer, error) {
	by, err := keys.Check("tag", "tag "+ref, c.tags[0], time.Now())
	if err == nil && (by.Tag != strings.TrimPrefix(strings.TrimPrefix(ref, "refs/"), "tags/") || !c.leadsToCommit(by.Object)) {
		err = trust("git-signature", "the tag "+diag.Quoted(ref)+" was signed for another name or commit", "somebody has moved it: ask who made the release")
	}
	return by, err
}

// leadsToCommit tells whether the object of the outer tag is the commit, or a tag that leads
// there. A signature of the outer tag covers all of them, as each names the next by its hash.
func (c *commitFiles) leadsToCommit(object string) bool {
	for _, raw := range c.tags[1:] {
		tag, ok := pack.ParseTag(raw)
		if !ok || object != plumbing.ComputeHash(plumbing.TagObject, raw).String() {
			return false
		}
		object = tag.Target.String()
	}
	return object == c.commit.String()
}

// keyFiles reads a file or a folder of keys.
func (r *reader) keyFiles(s *Spec, v *Verify, field, name string) ([]verify.File, error) {
	if name == "" {
		return nil, nil
	}
	found, err := r.findPath(rebase(s.Base, name), false)
	if err != nil {
		return nil, inputProblem(v.At(field), "source "+s.String()+": "+field+" "+diag.Quoted(name), err, "mount the keys there")
	}
	var files []verify.File
	if err := checkUsable(v.Places, field, name, found.Files); err != nil {
		return nil, err
	}
	for _, f := range found.Files {
		files = append(files, verify.File{Name: f.From, Data: f.Data})
		r.detailFile(field+" "+diag.Quoted(f.From), len(f.Data), false)
	}
	return files, nil
}
