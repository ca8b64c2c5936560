package cases

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/specfile"
	"confit/sinks"
	"confit/sources"
)

const (
	File     = "case.yaml"
	expected = "expected"
)

// A Case is a folder with a case.yaml: what to run, and what must come of it. The folder
// expected has the files; without it, error: says which error there must be.
type Case struct {
	specfile.Places

	Spec          string            `yaml:"spec"`
	Root          string            `yaml:"root"`
	Manifests     []string          `yaml:"manifests"`
	Workloads     []string          `yaml:"workloads"`
	AssumeSecrets bool              `yaml:"assumeSecrets"`
	Env           map[string]string `yaml:"env"`
	Set           []string          `yaml:"set"`
	SetString     []string          `yaml:"setString"`
	SetFile       []string          `yaml:"setFile"`
	SetJSON       []string          `yaml:"setJSON"`
	Error         *ExpectedError    `yaml:"error"`

	Dir    string // of the case, as the command line leads to it
	Result Result

	fsys sources.FS
	at   string // of the case, in fsys
}

// An ExpectedError is the first error that a case must have.
type ExpectedError struct {
	specfile.Places

	Code string `yaml:"code"`
	At   string `yaml:"at"`   // file:line, below the case
	Text string `yaml:"text"` // a part of it
}

// A Result is what came of a case: why it failed, and what differs.
type Result struct {
	Failed string // "" for a case that passes
	Diff   *sinks.Plan
	Errs   []*diag.Problem
}

// Find reads the case.yaml files at and below a directory. Dir is how the command line leads to it.
func Find(fsys sources.FS, dir string) ([]*Case, error) {
	var cases []*Case
	var all []error
	var walk func(at string, depth int)
	walk = func(at string, depth int) {
		entries, err := fsys.ReadDir(at)
		all = append(all, err)
		for _, e := range entries {
			switch name := path.Join(at, e.Name()); {
			case e.IsDir() && e.Name() != ".git" && depth < 20:
				walk(name, depth+1)
			case e.Name() == File:
				t, err := readCase(fsys, name, path.Join(dir, at))
				cases, all = append(cases, t), append(all, err)
			}
		}
	}
	walk(".", 0)
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, &diag.Problem{Cause: diag.CauseInput, Code: "no-cases", Text: "there is no " + File + " in " + diag.Quoted(dir), Hint: "a case is a folder with a " + File + " and the files that must come in " + expected + "/"}
	}
	return cases, nil
}

func readCase(fsys sources.FS, name, dir string) (*Case, error) {
	t := &Case{Dir: dir, fsys: fsys, at: path.Dir(name)}
	file, err := fsys.ReadRegular(name, 1<<20)
	if err != nil {
		return t, err
	}
	shown := path.Join(dir, File)
	doc, err := format.ParseYAML(file.Data)
	if err != nil {
		p := format.SyntaxProblem(shown, diag.CauseSpec, file.Data, err)
		format.ShowLine(p, file.Data)
		return t, p
	}
	if doc == nil {
		return t, t.Problem("", shown+" is empty", "write spec: or manifests: in it")
	}
	if err := specfile.DecodeAs("the case", shown, dir, doc, t); err != nil {
		return t, err
	}
	switch {
	case (t.Spec == "") == (len(t.Manifests) == 0):
		return t, t.Problem("spec", "a case has a spec or manifests", "write spec: ../confit.yaml, or manifests: [../deployment.yaml]")
	case len(t.Manifests) > 0 && len(t.Set)+len(t.SetString)+len(t.SetFile)+len(t.SetJSON)+len(t.Env) > 0 || len(t.Manifests) > 0 && t.Root != "":
		return t, t.Problem("manifests", "the manifests say what their containers have: a case cannot set values, variables or a root", "change the manifests")
	}
	return t, nil
}

// Args is the command line that the case stands for.
func (t *Case) Args() []string {
	args := []string{"render", "--out", "-"}
	add := func(flag string, values ...string) {
		for _, v := range values {
			if v != "" {
				args = append(args, flag, v)
			}
		}
	}
	add("--config", t.Spec)
	add("--root", t.Root)
	add("--filename", t.Manifests...)
	add("--workload", t.Workloads...)
	add("--set", t.Set...)
	add("--set-string", t.SetString...)
	add("--set-file", t.SetFile...)
	add("--set-json", t.SetJSON...)
	if t.AssumeSecrets {
		args = append(args, "--assume-secrets")
	}
	return args
}

// ExpectError compares the first error with the expected one.
func (t *Case) ExpectError(problems []*diag.Problem) {
	diag.SortByPlace(problems, func(p *diag.Problem) diag.Pos { return p.Pos })
	if t.Error == nil {
		t.Result = Result{Failed: "there are errors", Errs: problems}
		return
	}
	for _, p := range problems {
		at := p.Pos.Outer()
		file, line, hasLine := strings.Cut(t.Error.At, ":")
		if (t.Error.Code == "" || p.Code == t.Error.Code) && strings.Contains(p.Text, t.Error.Text) &&
			(t.Error.At == "" || file == at.File && (!hasLine || line == strconv.Itoa(at.Line))) {
			return
		}
	}
	t.Result = Result{Failed: "there is another error than the expected one", Errs: problems}
}

// Compare compares the outputs with the files in expected/, by the text that may be shown.
func (t *Case) Compare(outs []content.Output, update bool) error {
	shown := make([]content.Output, len(outs))
	for i, o := range outs {
		text, err := o.Content.Shown()
		if err != nil {
			return err
		}
		shown[i] = content.Output{Path: strings.TrimPrefix(o.Path, "/"), Mode: 0o644, Content: content.Plain(text)}
	}
	dir := path.Join(t.at, expected)
	if update {
		return sinks.Replace(filepath.Join(t.Dir, expected), shown)
	}
	if _, err := t.fsys.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Result.Failed = "there is no " + expected + "/ (--update writes it)"
		return nil
	}
	want, err := t.readExpected(dir, "")
	if err != nil {
		return err
	}
	plan, err := sinks.Between(want, shown)
	if err == nil && !plan.Empty() {
		t.Result = Result{Failed: diag.Plural(len(plan.Changes), "file") + " not as in " + expected + "/", Diff: plan}
	}
	return err
}

// readExpected reads the files below a directory.
func (t *Case) readExpected(dir, below string) ([]content.Output, error) {
	entries, err := t.fsys.ReadDir(path.Join(dir, below))
	var all []content.Output
	for _, e := range entries {
		name := path.Join(below, e.Name())
		if e.IsDir() {
			inside, err := t.readExpected(dir, name)
			if err != nil {
				return nil, err
			}
			all = append(all, inside...)
			continue
		}
		const most = 64 << 20
		file, err := t.fsys.ReadRegular(path.Join(dir, name), most)
		if err != nil {
			return nil, err
		}
		all = append(all, content.Output{Path: name, Mode: 0o644, Content: content.Plain(file.Data)})
	}
	return all, err
}
