package main

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"confit/render/diag"
	"confit/render/glob"
	"confit/render/specfile"
	"confit/sources"
	"confit/sources/kubelet"
	"confit/sources/manifest"
)

// manifestFlags are the flags of -f: where the manifests are, which of their containers to
// run, and what only a cluster knows.
type manifestFlags struct {
	files, against, workloads, containers, fields, volumes, assumed texts
	namespace, imageRoot                                            string
	assumeSecrets                                                   bool

	isBase bool // files are those of --against
}

func (m *manifestFlags) add(f *pflag.FlagSet) {
	f.VarP(&m.files, "filename", "f", "run the confit containers of manifests: `file`")
	f.Var(&m.workloads, "workload", "with -f: only these workloads, as `KIND/NAME`; globs are allowed")
	f.Var(&m.containers, "container", "with -f: the containers that run confit, by `name`; default: by image and command")
	f.StringVarP(&m.namespace, "namespace", "n", "", "with -f: the namespace of workloads that name none")
	f.Var(&m.fields, "field", "with -f: a value that only a cluster knows, as `NAME=VALUE`, like spec.nodeName=n1")
	f.Var(&m.volumes, "volume", "with -f: a directory in place of a volume, as `NAME=DIR`")
	f.StringVar(&m.imageRoot, "image-root", "", "with -f: a `directory` in place of the files of the confit image")
	f.Var(&m.assumed, "assume", "with -f: an object that only the cluster has, as `configmap/NAME`")
	f.BoolVar(&m.assumeSecrets, "assume-secrets", false, "with -f: stand in for Secrets that are not at hand, with the keys that the manifests show")
}

// check finds the flags that do not go together with -f, or not without it. What a container
// says in its args comes from there alone, so that confit shows what the pod would have.
func (c *confit) checkManifests(flags *pflag.FlagSet) error {
	m := &c.manifests
	if len(m.files) == 0 {
		for _, name := range []string{"workload", "container", "namespace", "field", "volume", "image-root", "assume", "assume-secrets", "against"} {
			if flags.Changed(name) {
				return usagef("--"+name+" is for manifests", "name them with -f")
			}
		}
		return nil
	}
	for _, name := range []string{"config", "source", "template", "values", "set", "set-string", "set-file", "set-json", "git-ref", "root", "limit", "allow-env"} {
		if flags.Changed(name) {
			return usagef("--"+name+" and -f exclude each other: the args of the container say what it renders", "change the args in the manifest")
		}
	}
	if flags.Changed("only") && c.set.out != "-" {
		return usagef("--only with -f is for --out -, as a pod writes all of its files", "print with --out -")
	}
	if c.set.out == "" && len(m.against) == 0 && (c.verb.writes || c.verb.name == "diff") {
		return usagef(c.verb.name+" -f needs --out", "name a directory with --out DIR, or print with render --out -; a file of values is --source file:FILE")
	}
	for _, w := range m.workloads {
		if !glob.Valid(w) || strings.Count(w, "/") > 2 || !strings.Contains(w, "/") {
			return usagef("--workload "+diag.Quoted(w)+" is not KIND/NAME", "write it like Deployment/web or deployment/*")
		}
	}
	return nil
}

// cluster reads the manifests and the directories that stand in for volumes.
func (c *confit) cluster() (*kubelet.Cluster, error) {
	m := &c.manifests
	objects, err := c.readManifests()
	if err != nil {
		return nil, err
	}
	cluster := &kubelet.Cluster{Objects: objects, Namespace: m.namespace, Dirs: map[string]sources.FS{}, Assumed: map[string]bool{}, AssumeSecrets: m.assumeSecrets}
	var all []error
	cluster.Fields, err = pairs("--field", "a field of a pod, like spec.nodeName", m.fields)
	dirs, err2 := pairs("--volume", "the name of a volume", m.volumes)
	all = append(all, err, err2)
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		dir, err := c.standInDir("--volume "+name, dirs[name])
		cluster.Dirs[name] = dir
		all = append(all, err)
	}
	if m.imageRoot != "" {
		cluster.Image, err = c.standInDir("--image-root", m.imageRoot)
		all = append(all, err)
	}
	for _, name := range m.assumed {
		kind, _, ok := strings.Cut(name, "/")
		if !ok || kind != "configmap" && kind != "secret" {
			all = append(all, usagef("--assume "+diag.Quoted(name)+" is not configmap/NAME", ""))
		}
		cluster.Assumed[name] = true
	}
	return cluster, errors.Join(all...)
}

func (c *confit) standInDir(flag, dir string) (sources.FS, error) {
	fsys, err := c.openBelow(dir)
	if err != nil {
		return nil, cannotOpen(flag+": the directory "+diag.Quoted(dir)+" cannot be opened", "name a directory that is there", err)
	}
	return fsys, nil
}

// readManifests reads the files of -f.
func (c *confit) readManifests() (*manifest.Set, error) {
	defer c.watchdog.Activity.Begin("reading", "the manifests")()
	var files []manifest.File
	kustomization := ""
	machine := c.machine
	machine.Root, machine.Host = sources.Host(), sources.Host()
	if c.verb.confined {
		boundary := c.boundary()
		machine.Root, machine.Host = boundary, boundary
	}
	err := sources.Consistent(machine, func(s *sources.Snapshot) error {
		files = nil
		for _, name := range c.manifests.files {
			if name == "-" {
				text, err := c.readStdin()
				if err != nil {
					return err
				}
				files = append(files, manifest.File{Name: "stdin", Data: text})
				continue
			}
			found, err := c.manifestFiles(s, name)
			if err != nil {
				return err
			}
			for _, f := range found {
				if strings.HasPrefix(path.Base(f.Name), "kustomization.y") {
					kustomization = f.Name
					continue
				}
				files = append(files, f)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	set, err := manifest.Read(files, &c.watchdog.Budget)
	if err == nil && len(set.Objects) == 0 {
		hint := "when kustomize or helm fails, it prints nothing: look at its message"
		if kustomization != "" {
			hint = diag.Quoted(kustomization) + " is for kustomize: kustomize build " + diag.Quoted(path.Dir(kustomization)) + " | confit " + c.verb.name + " -f -"
		}
		err = &diag.Problem{Cause: diag.CauseInput, Code: "no-manifests", Text: "there is no object in " + diag.QuotedList(c.manifests.names()), Hint: hint}
	}
	return set, err
}

// readStdin reads the manifests that a pipe gives.
func (c *confit) readStdin() ([]byte, error) {
	const most = 64 << 20
	text, err := io.ReadAll(io.LimitReader(c.sys.stdin, most+1))
	if err == nil && len(text) > most {
		err = &diag.Problem{Cause: diag.CauseLimit, Code: "file-size", Text: "stdin has more than " + specfile.Size(most).String(), Hint: "give confit the manifests of fewer applications"}
	}
	return text, err
}

// manifestExtensions are those of the files of a directory that are read.
var manifestExtensions = []string{".yaml", ".yml", ".json"}

// manifestFiles reads a file, or the YAML and JSON files of a directory.
func (c *confit) manifestFiles(s *sources.Snapshot, name string) ([]manifest.File, error) {
	isDir, err := s.IsDir(name)
	if err == nil && !isDir {
		var file sources.Regular
		if file, err = s.ReadFile(name); err == nil {
			return []manifest.File{{Name: name, Data: file.Data}}, nil
		}
	}
	if err != nil {
		return nil, c.cannotRead(name, err)
	}
	found, err := s.Tree(name, func(rel string) bool {
		return !strings.Contains(rel, "/") && slices.Contains(manifestExtensions, path.Ext(rel))
	})
	if link := (*fs.PathError)(nil); sources.Refused(err) != nil && errors.As(err, &link) {
		return nil, c.cannotRead(path.Join(name, path.Base(link.Path)), err)
	}
	var files []manifest.File
	for _, f := range found {
		files = append(files, manifest.File{Name: path.Join(name, f.Path), Data: f.Data})
	}
	return files, err
}

// cannotRead is the problem of a file or directory of -f or --against.
func (c *confit) cannotRead(name string, err error) error {
	if p := (*diag.Problem)(nil); errors.As(err, &p) {
		return err
	}
	text, hint := "-f "+diag.Quoted(name), "name a file or a directory of manifests, or - for stdin"
	if c.manifests.isBase {
		text = "--against " + diag.Quoted(name)
	}
	refused := sources.Refused(err)
	switch {
	case refused != nil:
		text += ": " + refused.Error()
		hint = "name manifests that are no symbolic links out of the checkout or into .git"
	case errors.Is(err, fs.ErrNotExist):
		text += " is not there"
	default:
		text += " cannot be read"
	}
	return &diag.Problem{Cause: diag.CauseInput, Code: "input", Text: text, Hint: hint, Err: err}
}
