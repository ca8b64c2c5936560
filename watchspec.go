package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"confit/render/specfile"
	"confit/sinks/notify"
)

// A watchSpec is the section of that name: how confit watch looks, and what it does after a
// change. At most one of Exit, HTTP and Signal is set.
type watchSpec struct {
	specfile.Places

	Interval time.Duration  `yaml:"interval"` // between two looks; 0 is the default
	Git      gitWatch       `yaml:"git"`
	Exit     specfile.Count `yaml:"exit"`
	HTTP     string         `yaml:"http"`
	Signal   *signalSpec    `yaml:"signal"`

	notifier notifier // of HTTP or Signal; nil for neither
}

// A gitWatch says how often Git sources without a pin are looked up.
type gitWatch struct {
	Interval time.Duration `yaml:"interval"`
}

// A signalSpec is a signal to the topmost process of a name.
type signalSpec struct {
	Process string `yaml:"process"`
	Name    string `yaml:"name"`
}

// A notifier tells the application that its files have changed, and says how it did.
type notifier interface {
	Notify(ctx context.Context) (said string, err error)
	String() string
}

const (
	defaultInterval    = 2 * time.Second
	defaultGitInterval = time.Minute
	minInterval        = 10 * time.Millisecond
)

// interval is the time between two looks.
func (w *watchSpec) interval() time.Duration { return cmp.Or(w.Interval, defaultInterval) }

func (w *watchSpec) gitInterval() time.Duration { return cmp.Or(w.Git.Interval, defaultGitInterval) }

// actions are the fields of which one says what happens after a change.
var actions = []string{"exit", "http", "signal"}

// check finds what is wrong with the section, and makes the notifier.
func (w *watchSpec) check() error {
	var all []error
	given := slices.DeleteFunc(slices.Clone(actions), func(field string) bool { return !w.Has(field) })
	if len(given) > 1 {
		all = append(all, w.Problem(given[1], "watch has both "+given[0]+" and "+given[1], "keep one: what happens after a change"))
	}
	if w.Interval != 0 && w.Interval < minInterval {
		all = append(all, w.Problem("interval", "interval is at least "+minInterval.String(), "like 2s"))
	}
	if w.Exit > 255 || slices.Contains(statuses[:], int(w.Exit)) && w.Exit > 0 || w.Exit > 128 {
		all = append(all, w.Problem("exit", "exit "+strconv.Itoa(int(w.Exit))+" is no status from 1 to 128 that confit leaves free", "like 88, with a restartPolicyRule for it on the container"))
	}
	var err error
	switch {
	case w.Has("http") && !w.Reported("http"):
		if w.notifier, err = notifierOf(notify.ParseURL(w.HTTP)); err != nil {
			all = append(all, w.Problem("http", "http: "+err.Error(), "like http://localhost:9090/-/reload"))
		}
	case w.Signal != nil && !w.Reported("signal"):
		if w.notifier, err = notifierOf(notify.ParseSignal(w.Signal.Process, w.Signal.Name)); err != nil {
			all = append(all, w.Problem("signal", "signal: "+err.Error(), "like {process: nginx, name: HUP}"))
		}
	}
	return errors.Join(all...)
}

func notifierOf[T notifier](n T, err error) (notifier, error) { return n, err }

// watchFlags are the flags that say what the section says, and go before it.
type watchFlags struct{ interval, gitInterval, exit, http, signal string }

func addWatchFlags(f *pflag.FlagSet) {
	f.Duration("lock-timeout", defaultLockTimeout, "how long to wait for another run on the same directory")
	f.String("interval", "", "`duration` between two looks at the inputs (default 2s)")
	f.String("git-interval", "", "about this `duration` between two looks at the branches of git sources (default 1m)")
	f.String("exit", "", "after a change: write nothing, and end with this status `CODE`")
	f.String("http", "", "after a change: publish, and POST to this `URL` of a loopback address")
	f.String("signal", "", "after a change: publish, and send a signal to the topmost process of a name: `PROCESS=NAME`, like nginx=HUP")
	f.Bool("check", false, "ask the watcher of this container whether it is well, for a probe")
}

// set lays the flags over the section. An action of a flag replaces that of the section.
func (w *watchSpec) set(f watchFlags) error {
	process, name, _ := strings.Cut(f.signal, "=")
	var all []error
	var flags watchSpec
	fields := map[string]specfile.Field{}
	for _, flag := range []struct {
		name, value string
		node        *yaml.Node
	}{
		{"interval", f.interval, plain(f.interval)},
		{"git", f.gitInterval, mapping("interval", plain(f.gitInterval))},
		{"exit", f.exit, plain(f.exit)},
		{"http", f.http, scalar(f.http)},
		{"signal", f.signal, mapping("process", scalar(process), "name", scalar(name))},
	} {
		if flag.value == "" {
			continue
		}
		before := flags
		err := specfile.Decode("--"+strings.Replace(flag.name, "git", "git-interval", 1), ".", mapping(flag.name, flag.node), &flags)
		fields[flag.name] = flags.Fields[flag.name]
		all = append(all, err)
		if err != nil {
			flags = before // there is no second mistake in it
			delete(fields, flag.name)
		}
	}
	flags.Fields = fields
	all = append(all, flags.check())
	w.lay(flags)
	return errors.Join(all...)
}

// lay lays what is set of other over the section.
func (w *watchSpec) lay(other watchSpec) {
	w.Interval, w.Git.Interval = cmp.Or(other.Interval, w.Interval), cmp.Or(other.Git.Interval, w.Git.Interval)
	if slices.ContainsFunc(actions, other.Has) {
		w.Exit, w.HTTP, w.Signal, w.notifier = other.Exit, other.HTTP, other.Signal, other.notifier
	}
}

// plain is a scalar without a type of its own.
func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// mapping makes a map of names and nodes, in turn.
func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range pairs {
		if name, ok := p.(string); ok {
			p = scalar(name)
		}
		n.Content = append(n.Content, p.(*yaml.Node))
	}
	return n
}
