package main

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"confit/render/diag"
	"confit/render/glob"
	"confit/sinks/report"
	"confit/sinks/watch"
	"confit/sources"
	"confit/sources/checkout"
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
	format      string
	logFormat   string
	verbose     bool
	quiet       bool
	masked      bool
	showSecrets bool
	strict      bool
	page        string // --out of report

	allowNetwork bool
	allowEnv     bool
	replace      map[string]string // --replace
	gitRefs      map[string]string // --git-ref

	watch watch.Flags
	check bool // --check

	timeout     time.Duration
	timeoutSet  bool // by a flag or a variable, which go before the spec
	lockTimeout time.Duration
}

// flagOnly are the settings that loosen safety: no variable can set them.
var flagOnly = []string{"root", "show-secrets", "allow-network", "allow-env", "namespace", "image-root", "assume-secrets", "check"}

const envPrefix = "CONFIT_"

// settle gathers the settings of a verb and opens the machine that it may read.
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
	s.format = k.String("format")
	s.logFormat, s.verbose, s.quiet = k.String("log-format"), k.Bool("verbose"), k.Bool("quiet")
	s.masked, s.showSecrets = k.Bool("masked"), k.Bool("show-secrets")
	s.allowNetwork, s.allowEnv = k.Bool("allow-network"), k.Bool("allow-env")
	c.update = k.Bool("update")
	s.strict = k.Bool("strict")
	s.watch = watch.Flags{Interval: k.String("interval"), GitInterval: k.String("git-interval"), Exit: k.String("exit"), HTTP: k.String("http"), Signal: k.String("signal")}
	s.check = k.Bool("check")
	s.timeout, s.lockTimeout = k.Duration("timeout"), k.Duration("lock-timeout")
	if c.verb.outFile {
		s.page, s.out = s.out, ""
	}
	c.flags.out = s.out
	if s.config == "" && !c.flags.any() {
		s.config = defaultSpec
	}
	s.config = c.specName(s.config, s.root)
	if c.sim == nil {
		c.console.JSON, c.console.Quiet, c.console.Verbose = s.logFormat == "json", s.quiet, s.verbose
	}
	c.console.Notices(c.pendingNotices)
	var bad, bad2 error
	s.replace, bad = pairs("--replace", "the name: of a git source", c.flags.replace)
	s.gitRefs, bad2 = pairs("--git-ref", "the name: of a git source", c.flags.gitRefs)
	if err := errors.Join(c.checkSettings(), c.checkManifests(flags), c.settleReports(flags), bad, bad2); err != nil {
		return err
	}
	if c.sim != nil {
		return c.openContainer()
	}
	return c.openMachine()
}

// environ lists the CONFIT_* variables that name a setting. The others draw a notice, which
// waits until the settings say how to print it.
func (c *confit) environ(flags *pflag.FlagSet) (known []string) {
	byName := func(a, b string) int {
		return strings.Compare(strings.SplitN(a, "=", 2)[0], strings.SplitN(b, "=", 2)[0])
	}
	for _, pair := range slices.SortedStableFunc(slices.Values(c.sys.env), byName) {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		setting := settingName(name)
		switch {
		case slices.Contains(flagOnly, setting), c.verb.outFile && setting == "out", flags.Lookup(setting) != nil && flags.Lookup(setting).Value.Type() == new(texts).Type():
			c.pendingNotices = append(c.pendingNotices, diag.Quoted(name)+" is ignored: --"+setting+" comes from the command line only")
		case flags.Lookup(setting) == nil && setting != "lock-timeout":
			c.pendingNotices = append(c.pendingNotices, diag.Quoted(name)+" is no setting of confit "+c.verb.name)
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

// specName is the spec as a run with --root names it. A path on disk that leads below the root, or
// into the checkout, is not looked for below the root a second time.
func (c *confit) specName(config, root string) string {
	if root == "" || !path.IsAbs(config) {
		return config
	}
	is := func(name string) bool {
		_, err := os.Stat(name)
		return err == nil
	}
	root = c.absolute(root)
	if is(path.Join(root, config)) || !is(config) {
		return config
	}
	if below, err := filepath.Rel(root, config); err == nil && filepath.IsLocal(below) {
		return "/" + below
	}
	below, err := filepath.Rel(checkout.Top(c.sys.dir), config)
	if err != nil || !filepath.IsLocal(below) {
		return config
	}
	if name, err := filepath.Rel(c.sys.dir, config); err == nil {
		return name
	}
	return config
}

func (c *confit) settleReports(flags *pflag.FlagSet) (err error) {
	if flags.Lookup("report") != nil {
		c.targets, err = report.ParseTargets(c.set.format, c.reportTo)
	}
	return errors.Join(err, c.checkReportFiles())
}

func (c *confit) checkSettings() error {
	s := &c.set
	switch {
	case s.logFormat != "text" && s.logFormat != "json":
		return usagef("log-format is text or json", "")
	case len(c.verb.formats) > 0 && !slices.Contains(c.verb.formats, s.format):
		return usagef("--format is "+listed(c.verb.formats), "")
	case s.masked && s.showSecrets:
		return usagef("--masked and --show-secrets exclude each other", "")
	case !glob.Valid(s.only):
		return usagef("--only "+diag.Quoted(s.only)+" is no glob", "a [ needs its ]")
	case s.timeout <= 0 || c.verb.writes && s.lockTimeout <= 0:
		return usagef("a timeout is a duration above zero, like 30s", "")
	case c.verb.outFile && s.page == "":
		return usagef(c.verb.name+" needs --out", "name the file of the page with --out report.html, or print it with --out -")
	case s.out == "-" && !c.verb.writes && c.caseVerb == nil:
		return usagef("--out - is for render; "+c.verb.name+" compares with a directory", "")
	}
	return nil
}

// openMachine opens the files and variables that the verb may read.
func (c *confit) openMachine() error {
	c.machine = sources.Machine{Root: sources.Host(), Host: sources.Host(), Dir: c.sys.dir, Env: c.sys.env, Activity: &c.watchdog.Activity, Budget: &c.watchdog.Budget, Detail: c.detail()}
	if len(c.manifests.files) > 0 {
		return nil // only what the command line names is read
	}
	if c.verb.confined {
		boundary := c.boundary()
		if len(boundary) == 0 && c.set.root == "" {
			return &diag.Problem{
				Cause: diag.CauseInput, Code: "input", Text: c.verb.name + " reads a checkout, and here that would be the whole machine",
				Hint: "run it in the checkout, or name the spec in its directory: -c DIR/" + defaultSpec,
			}
		}
		c.machine.Host, c.machine.Root = boundary, boundary
		if !c.readsEnv() {
			c.machine.Env = nil
		}
	}
	if c.set.root == "" {
		if !c.sys.inPod() {
			c.machine.Absent = "outside of a pod, --root DIR reads below DIR instead"
		}
		return nil
	}
	root, err := c.openBelow(c.set.root)
	if err != nil {
		return cannotOpen("--root "+diag.Quoted(c.set.root)+" cannot be opened", "name a directory that stands in for /", err)
	}
	c.machine.Root = root
	return nil
}

func (c *confit) readsEnv() bool {
	return !c.verb.confined || c.set.allowEnv || c.sim != nil || c.caseVerb != nil
}

func (c *confit) absolute(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(c.sys.dir, name)
}

// pairs reads the NAME=VALUE of a flag. What says what NAME is.
func pairs(flag, what string, given []string) (map[string]string, error) {
	all := map[string]string{}
	var errs []error
	for _, text := range given {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			errs = append(errs, usagef(flag+" "+diag.Quoted(text)+" is not NAME=VALUE", "NAME is "+what))
			continue
		}
		all[name] = value
	}
	return all, errors.Join(errs...)
}

// usage is the problem of a flag or CONFIT_* variable that a library refuses.
func usage(err error) error { return usagef(diag.Quoted(err.Error()), "see confit --help") }

//go:noinline
func usagef(text, hint string) error {
	return &diag.Problem{Cause: diag.CauseUsage, Code: "usage", Text: text, Hint: hint}
}
