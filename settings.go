package main

import (
	"errors"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"confit/render"
	"confit/sources"
)

const (
	defaultTimeout     = 30 * time.Second
	defaultLockTimeout = 10 * time.Second
	defaultSpec        = "confit.yaml"
)

// settings are confit's own, from flags, CONFIT_* variables, the spec and defaults, the
// first that says so.
type settings struct {
	config      string
	out         string
	root        string
	only        string
	diffFormat  string
	logFormat   string
	verbose     bool
	quiet       bool
	masked      bool
	showSecrets bool

	allowNetwork bool
	allowEnv     bool
	replace      map[string]string // --replace
	gitRefs      map[string]string // --git-ref

	timeout     time.Duration
	timeoutSet  bool // by a flag or a variable, which go before the spec
	lockTimeout time.Duration
}

// flagOnly are the settings that loosen safety: no variable can set them.
var flagOnly = []string{"root", "show-secrets", "allow-network", "allow-env"}

const envPrefix = "CONFIT_"

// settle gathers the settings of a verb and opens the world that it may read.
func (c *confit) settle(flags *pflag.FlagSet) error {
	k := koanf.New(".")
	if known := c.environ(flags); len(known) > 0 {
		if err := k.Load(env.Provider(".", env.Opt{
			Prefix: envPrefix, EnvironFunc: func() []string { return known },
			TransformFunc: func(name, value string) (string, any) { return settingName(name), value },
		}), nil); err != nil {
			return usage(err)
		}
	}
	c.set.timeoutSet = k.Exists("timeout") || flags.Changed("timeout")
	if err := k.Load(posflag.Provider(flags, ".", k), nil); err != nil {
		return usage(err)
	}
	s := &c.set
	s.config, s.out, s.root, s.only = k.String("config"), k.String("out"), k.String("root"), k.String("only")
	s.diffFormat = k.String("format")
	s.logFormat, s.verbose, s.quiet = k.String("log-format"), k.Bool("verbose"), k.Bool("quiet")
	s.masked, s.showSecrets = k.Bool("masked"), k.Bool("show-secrets")
	s.allowNetwork, s.allowEnv = k.Bool("allow-network"), k.Bool("allow-env")
	s.timeout, s.lockTimeout = k.Duration("timeout"), k.Duration("lock-timeout")
	c.flags.out = s.out
	if s.config == "" && !c.flags.any() {
		s.config = defaultSpec
	}
	c.notices(c.before)
	var bad, bad2 error
	s.replace, bad = pairs("--replace", c.flags.replace)
	s.gitRefs, bad2 = pairs("--git-ref", c.flags.gitRefs)
	return errors.Join(c.checkSettings(), bad, bad2)
}

// early keeps a notice until the settings say how to print it.
func (c *confit) early(text string) { c.before = append(c.before, text) }

// environ lists the CONFIT_* variables that name a setting; others draw a notice.
func (c *confit) environ(flags *pflag.FlagSet) (known []string) {
	for _, pair := range c.sys.env {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		setting := settingName(name)
		switch {
		case slices.Contains(flagOnly, setting), flags.Lookup(setting) != nil && flags.Lookup(setting).Value.Type() == new(texts).Type():
			c.early(render.Quoted(name) + " is ignored: --" + setting + " comes from the command line only")
		case flags.Lookup(setting) == nil && setting != "lock-timeout":
			c.early(render.Quoted(name) + " is no setting of confit " + c.verb)
		default:
			known = append(known, pair)
		}
	}
	return known
}

// settingName turns CONFIT_LOG_FORMAT into log-format.
func settingName(variable string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, envPrefix), "_", "-"))
}

func (c *confit) checkSettings() error {
	s := &c.set
	switch {
	case s.logFormat != "text" && s.logFormat != "json":
		return usagef("log-format is text or json", "")
	case c.verb == "diff" && s.diffFormat != "text" && s.diffFormat != "json":
		return usagef("--format is text or json", "")
	case s.masked && s.showSecrets:
		return usagef("--masked and --show-secrets exclude each other", "")
	case !render.IsGlob(s.only):
		return usagef("--only "+render.Quoted(s.only)+" is no glob", "a [ needs its ]")
	case s.timeout <= 0 || c.verb == "render" && s.lockTimeout <= 0:
		return usagef("a timeout is a duration above zero, like 30s", "")
	case s.out == "-" && c.verb != "render":
		return usagef("--out - is for render; "+c.verb+" compares with a directory", "")
	}
	c.world = sources.World{Root: sources.Host(), Host: sources.Host(), Dir: c.sys.dir, Env: c.sys.env, Running: &c.watchdog.running, Budget: &c.watchdog.budget}
	if c.verb == "validate" {
		c.confine()
	}
	if s.root == "" {
		return nil
	}
	root, err := sources.Below(s.root)
	if err != nil {
		return &render.Problem{Cause: render.CauseInput, Code: "input", Text: "--root " + render.Quoted(s.root) + " cannot be opened", Hint: "name a directory that stands in for /", Err: err}
	}
	c.world.Root = root
	return nil
}

// confine keeps what validate reads within the checkout, the folders that the command line
// names and, if it says so, the environment: who may propose a change to a spec may not
// read what else is on the machine that validates it.
func (c *confit) confine() {
	dirs := []string{checkout(c.sys.dir), c.absolute(path.Dir(c.set.config))}
	for _, dir := range c.set.replace {
		dirs = append(dirs, c.absolute(dir))
	}
	c.world.Host = sources.Within(dirs...)
	c.world.Root = c.world.Host
	if !c.readsEnv() {
		c.world.Env = nil
	}
}

func (c *confit) readsEnv() bool { return c.verb != "validate" || c.set.allowEnv }

func (c *confit) absolute(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(c.sys.dir, name)
}

// checkout is the nearest directory from dir upwards that holds a Git repository, or dir
// where there is none.
func checkout(dir string) string {
	for at := dir; ; at = path.Dir(at) {
		if _, err := os.Lstat(path.Join(at, ".git")); err == nil {
			return at
		}
		if at == "/" {
			return dir
		}
	}
}

func usage(err error) error { return usagef(render.Quoted(err.Error()), "see confit --help") }

func usagef(text, hint string) error {
	return &render.Problem{Cause: render.CauseUsage, Code: "usage", Text: text, Hint: hint}
}
