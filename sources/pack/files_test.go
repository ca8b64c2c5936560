package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

var sample = blob("x")

// filesOf lists what is below dir of a commit with this root.
func filesOf(t *testing.T, dir string, lim Limits, root object, others ...object) ([]File, error) {
	t.Helper()
	c := commit(root)
	o, _, err := readPack(t, writePack(append(others, root, c, sample)...), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return withDefects(o.Files(idOf(c), dir, lim))
}

// withDefects makes problems of the entries that are listed with a defect.
func withDefects(files []File, err error) ([]File, error) {
	errs := []error{err}
	for _, f := range files {
		if f.Defect != nil {
			errs = append(errs, f.Defect.Problem())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return files, nil
}

// TestDefects makes sure that an entry without content leaves the others alone.
func TestDefects(t *testing.T) {
	pointer := blob("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
	crypt := blob("\x00GITCRYPT\x00\x01\x02")
	away := blob("/dev/null")
	bad := tree("100644 f", sample)
	root := tree(`100644 a\b`, sample, "40000 d\r", bad, "100644 e\xff", sample, "100644 file", sample, "120000 link", away,
		"160000 mod", plumbing.ZeroHash, "60000 node", sample, "100644 pointer", pointer, "100644 secret", crypt)
	c := commit(root)
	o, _, err := readPack(t, writePack(bad, pointer, crypt, away, root, c, sample), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := o.Files(idOf(c), "", Limits{})
	var got []string
	for _, f := range files {
		switch {
		case f.Defect == nil:
			got = append(got, f.Path)
		case f.Defect.Tree:
			got = append(got, f.Path+": "+f.Defect.Code+"/")
		default:
			got = append(got, f.Path+": "+f.Defect.Code)
		}
	}
	want := []string{`a\b: git-tree`, "d\r: git-tree/", "e\ufffd: git-tree", "file", "link: git-symlink/", "mod: git-submodule/", "node: git-tree", "pointer: git-lfs", "secret: encrypted"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Files = %q, %v, want %q", got, err, want)
	}
}

// TestLargeFile makes sure that a file over the limit is named, and where it lies.
func TestLargeFile(t *testing.T) {
	large := blob(strings.Repeat("x", 5000))
	video := tree("100644 film", large)
	html := tree("100644 f", sample)
	root := tree("40000 html", html, "40000 video", video)
	c := commit(root)
	o, store, err := readPack(t, writePack(large, video, html, root, c, sample), Limits{File: 4000})
	if err != nil || store.len() != 1 {
		t.Fatalf("Read keeps %d blobs, %v, want one", store.len(), err)
	}
	for dir, part := range map[string]string{"": "video/film has 5000 bytes", "video": "video/film has 5000 bytes", "html": "video/film has 5000 bytes, more than the limit of 4000 bytes; it lies outside of path: html"} {
		if _, err := o.Files(idOf(c), dir, Limits{File: 4000}); !is(err, diag.CauseLimit, "git-limit", part) {
			t.Errorf("Files below %q = %v, want %q", dir, err, part)
		}
	}
}

// TestOldModes makes sure that modes of old tools are those of Git.
func TestOldModes(t *testing.T) {
	root := tree("100664 a", sample, "100666 b", sample, "0100600 c", sample, "100777 d", sample, "100701 e", sample, "040000 f", tree(), "0100755 g", sample)
	files, err := filesOf(t, "", Limits{}, root, tree())
	var got strings.Builder
	for _, f := range files {
		got.WriteString(f.Path)
		if f.Exec {
			got.WriteString("*")
		}
	}
	if want := "abcd*e*g*"; err != nil || got.String() != want {
		t.Errorf("Files = %q, %v, want %q", got.String(), err, want)
	}
}

func TestBadTrees(t *testing.T) {
	for name, test := range map[string]struct {
		root object
		part string
	}{
		"empty name":        {tree("100644 ", sample), "empty name"},
		"dot":               {tree("100644 .", sample), "no file can have"},
		"dot dot":           {tree("40000 ..", tree()), "no file can have"},
		"slash":             {tree("100644 a/b", sample), "slash"},
		"backslash":         {tree(`100644 a\b`, sample), "slash"},
		"newline":           {tree("100644 a\nb", sample), `"a\nb" has a control`},
		"escape":            {tree("100644 a\x1b[1m", sample), "control"},
		"C1":                {tree("100644 a\u0085", sample), "control"},
		"not UTF-8":         {tree("100644 a\xff", sample), "UTF-8"},
		"too long":          {tree("100644 "+strings.Repeat("a", 256), sample), "256 bytes"},
		".git":              {tree("40000 .git", tree()), ".git"},
		".GIT":              {tree("100644 .GIT", sample), ".git"},
		".git as HFS+":      {tree("100644 .g\u200cit", sample), ".git"},
		".git as HFS+, bom": {tree("100644 \ufeff.Git", sample), ".git"},
		".git and space":    {tree("100644 .git ", sample), ".git"},
		".git and dot":      {tree("100644 .git. .", sample), ".git"},
		".git stream":       {tree("100644 .git::$INDEX_ALLOCATION", sample), ".git"},
		"git~1":             {tree("100644 GIT~1", sample), ".git"},
		"link .git":         {tree("120000 .git", sample), ".git"},
		"submodule .git":    {tree("160000 .git", sample), ".git"},
		"twice":             {tree("100644 a", sample, "100644 a", sample), "twice"},
		"file and folder":   {tree("100644 a", sample, "100644 a.b", sample, "40000 a", tree()), "twice"},
		"twins":             {tree("100644 File", sample, "100644 file", sample), "file differs from File"},
		"twins, not ASCII":  {tree("100644 \u00c4", sample, "100644 \u00e4", sample), "only in case"},
		"twins, kelvin":     {tree("100644 k", sample, "100644 \u212a", sample), "only in case"},
		"unsorted":          {tree("100644 b", sample, "100644 a", sample), "sorted"},
		"unsorted folder":   {tree("40000 a", tree(), "100644 a.b", sample), "sorted"},
		"mode 0":            {tree("0 a", sample), "mode"},
		"device":            {tree("60000 a", sample), "mode"},
		"mode 9":            {tree("100649 a", sample), "well-formed"},
		"long mode":         {tree("1000000 a", tree()), "well-formed"},
		"no mode":           {tree(" a", sample), "well-formed"},
		"cut off":           {object{kind: plumbing.TreeObject, data: []byte("100644 a\x00123")}, "well-formed"},
		"no NUL":            {object{kind: plumbing.TreeObject, data: []byte("100644 a")}, "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := filesOf(t, "", Limits{}, test.root, tree()); !is(err, diag.CauseData, "git-tree", test.part) {
				t.Errorf("Files = %v, want git-tree and %q", err, test.part)
			}
			// What is not below the directory is not judged.
			root := tree("40000 bad", test.root, "40000 good", tree("100644 a", sample))
			files, err := filesOf(t, "./good/", Limits{}, root, test.root, tree(), tree("100644 a", sample))
			if err != nil || len(files) != 1 || files[0].Path != "a" {
				t.Errorf("Files beside it = %v, %v, want one", files, err)
			}
		})
	}
}

func TestGoodNames(t *testing.T) {
	root := tree("100644 .gitignore", sample, "100664 .gitx", sample, "100755 ..a", sample, "100644 c: d", sample, "100644 git~2", sample, "100644 \u212a\ufffd", sample)
	if err := sortTree(&root); err != nil {
		t.Fatal(err)
	}
	files, err := filesOf(t, "", Limits{}, root)
	if err != nil || len(files) != 6 || !files[0].Exec || files[2].Exec {
		t.Errorf("Files = %v, %v", files, err)
	}
}

// sortTree puts the entries of a tree in order.
func sortTree(o *object) error {
	var all []treeEntry
	var parts []string
	for raw := o.data; len(raw) > 0; {
		e, rest, ok := nextEntry(raw)
		if !ok {
			return fmt.Errorf("not a tree: %q", raw)
		}
		all = append(all, e)
		parts = append(parts, string(raw[:len(raw)-len(rest)]))
		raw = rest
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if all[i].sortsBefore(all[j]) {
			return -1
		}
		return 1
	})
	o.data = nil
	for _, i := range order {
		o.data = append(o.data, parts[i]...)
	}
	return nil
}

func TestLinks(t *testing.T) {
	sub := tree("100644 f", sample, "100755 x", sample)
	for name, test := range map[string]struct {
		target string
		want   string // what it stands for, * if executable, or the reason of a refusal
	}{
		"file":             {"sub/x", "l*"},
		"dots":             {"./sub/../sub//x", "l*"},
		"folder":           {"sub", "l/f l/x*"},
		"folder and slash": {"sub/", "l/f l/x*"},
		"through a link":   {"m/f", "l"},
		"absolute":         {"/etc/passwd", "absolute"},
		"out":              {"../x", "leads out of deploy"},
		"out and back":     {"../deploy/sub", "leads out of deploy"},
		"dangling":         {"nothing", "not there: nothing"},
		"itself":           {"l", "back to itself"},
		"the root":         {".", "in itself"},
		"empty":            {"", "no target"},
		"NUL":              {"sub\x00", "no target"},
		"not UTF-8":        {"\xff", "no target"},
		"through a file":   {"sub/f/", "through a file"},
		"case":             {"SUB", "not there"},
		"escapes":          {"\x1b[1m", `not there: "\x1b[1m"`},
		"submodule":        {"s/x", "submodule"},
	} {
		t.Run(name, func(t *testing.T) {
			deploy := tree("120000 l", blob(test.target), "120000 m", blob("sub"), "40000 sub", sub)
			others := []object{sub, blob(test.target), blob("sub"), deploy}
			if name == "submodule" {
				deploy = tree("120000 l", blob(test.target), "160000 s", plumbing.ZeroHash)
				others[3] = deploy
			}
			root := tree("40000 deploy", deploy)
			files, err := filesOf(t, "deploy", Limits{}, root, others...)
			if err != nil {
				p := diag.Problems(err, 0)[0]
				if p.Code != "git-symlink" || p.Cause != diag.CauseData || !strings.Contains(p.Text, test.want) || !strings.HasPrefix(p.Text, "the symlink deploy/l ") {
					t.Errorf("Files = %v, want %q", err, test.want)
				}
				return
			}
			var got []string
			for _, f := range files {
				if f.Exec {
					f.Path += "*"
				}
				got = append(got, f.Path)
			}
			if want := test.want + " m/f m/x* sub/f sub/x*"; strings.Join(got, " ") != want {
				t.Errorf("Files = %v, want %q", got, want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	pointer := blob("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
	d := tree("100644 f", sample, "160000 m", plumbing.ZeroHash)
	up, down := blob("../a"), blob("../b")
	a, b := tree("120000 x", down), tree("120000 y", up)
	for name, test := range map[string]struct {
		dir, code, part, hint string
		cause                 diag.Cause
		root                  object
		others                []object
	}{
		"submodule": {"", "git-submodule", "d/m is", "source of its own", diag.CauseData, tree("40000 d", d), []object{d}},
		"LFS":       {"", "git-lfs", "big is", "git lfs", diag.CauseData, tree("100644 big", pointer), []object{pointer}},
		"no dir":    {"deplyo", "git-path", "no directory deplyo", "mean deploy?", diag.CauseInput, tree("40000 deploy", tree()), []object{tree()}},
		"no subdir": {"deploy/x", "git-path", "no directory deploy/x", "", diag.CauseInput, tree("40000 deploy", tree()), []object{tree()}},
		"a way out": {"../deploy", "git-path", "no directory ..", "", diag.CauseInput, tree("40000 deploy", tree()), []object{tree()}},
		"file":      {"f", "git-path", "f is a file", "", diag.CauseInput, tree("100644 f", sample), nil},
		"link":      {"f/x", "git-path", "f is a symlink", "", diag.CauseInput, tree("120000 f", sample), nil},
		"module":    {"m", "git-submodule", "m is", "", diag.CauseData, tree("160000 m", sample), nil},
		"no blob":   {"", "git-pack", "lacks", "", diag.CauseRemote, tree("100644 f", blob("absent")), nil},
		"no tree":   {"", "git-pack", "lacks", "", diag.CauseRemote, tree("40000 f", sample), nil},
		"file tree": {"", "git-pack", "lacks", "", diag.CauseRemote, tree("100644 f", tree()), []object{tree()}},
		"mutual":    {"a", "git-symlink", "out of a", "", diag.CauseData, tree("40000 a", a, "40000 b", b), []object{a, b, up, down}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := filesOf(t, test.dir, Limits{}, test.root, test.others...)
			if !is(err, test.cause, test.code, test.part) || !strings.Contains(diag.Problems(err, 0)[0].Hint, test.hint) {
				t.Errorf("Files = %v (%+v), want %s and %q", err, diag.Problems(err, 0)[0], test.code, test.part)
			}
		})
	}
	_, err := filesOf(t, "", Limits{}, tree("40000 a", a, "40000 b", b), a, b, up, down)
	if got := diag.Problems(err, 0); len(got) != 2 || !strings.Contains(got[0].Text, "in itself") {
		t.Errorf("Files of links in a circle = %v, want two problems", err)
	}
}

// TestAllProblems makes sure that one run tells of several, and that there is an end to it.
func TestAllProblems(t *testing.T) {
	var entries []any
	for i := range 100 {
		entries = append(entries, fmt.Sprintf("100644 a/%02d", i), sample)
	}
	_, err := filesOf(t, "", Limits{}, tree(entries...))
	if got := diag.Problems(err, 0); len(got) != maxProblems {
		t.Errorf("%d problems, want %d", len(got), maxProblems)
	}
}

// sound checks what every answer of Files must be.
func sound(t *testing.T, files []File, err error, lim Limits) {
	t.Helper()
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		if !strings.HasPrefix(p.Code, "git-") {
			t.Fatalf("Files: %v", err)
		}
		if strings.ContainsAny(p.Text+p.Hint, "\x1b\n\x00") {
			t.Fatalf("Files: %q shows control characters", p.Text)
		}
	}
	if len(files) > lim.Files || err != nil && files != nil {
		t.Fatalf("Files = %d files, %v", len(files), err)
	}
	files = slices.DeleteFunc(slices.Clone(files), func(f File) bool { return f.Defect != nil })
	for i, f := range files {
		if !fs.ValidPath(f.Path) || strings.Contains(strings.ToLower("/"+f.Path+"/"), "/.git/") {
			t.Errorf("path %q", f.Path)
		}
		if i > 0 && (files[i-1].Path >= f.Path || strings.HasPrefix(f.Path, files[i-1].Path+"/")) {
			t.Errorf("%q after %q", f.Path, files[i-1].Path)
		}
	}
}
