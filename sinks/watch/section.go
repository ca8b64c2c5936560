package watch

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

	"confit/render/diag"
	"confit/render/specfile"
	"confit/sinks/notify"
)

// A Section is watch: in the spec: how confit watch looks, and what it does after a
// change. At most one of Exit, HTTP and Signal is set.
type Section struct {
	specfile.Places

	Interval time.Duration  `yaml:"interval"` // between two looks; 0 is the default
	Git      Git            `yaml:"git"`
	Exit     specfile.Count `yaml:"exit"`
	HTTP     string         `yaml:"http"`
	Signal   *Signal        `yaml:"signal"`

	Notifier Notifier // of HTTP or Signal; nil for neither
}

// A Git says how often Git sources without a pin are looked up.
type Git struct {
	Interval time.Duration `yaml:"interval"`
}

// A Signal is a signal to the topmost process of a name.
type Signal struct {
	Process string `yaml:"process"`
	Name    string `yaml:"name"`
}

// A Notifier tells the application that its files have changed, and says how it did.
type Notifier interface {
	Notify(ctx context.Context) (said string, err error)
	String() string
}

const (
	defaultInterval    = 2 * time.Second
	defaultGitInterval = time.Minute
	minInterval        = 10 * time.Millisecond
)

// Every is the time between two looks.
func (w *Section) Every() time.Duration { return cmp.Or(w.Interval, defaultInterval) }

// GitEvery is about the time between two looks at the branches of Git sources.
func (w *Section) GitEvery() time.Duration { return cmp.Or(w.Git.Interval, defaultGitInterval) }

// actions are the fields of which one says what happens after a change.
var actions = []string{"exit", "http", "signal"}

// Check finds what is wrong with the section, and makes the notifier.
func (w *Section) Check() error {
	var all []error
	given := slices.DeleteFunc(slices.Clone(actions), func(field string) bool { return !w.Has(field) })
	if len(given) > 1 {
		all = append(all, w.Problem(given[1], "watch has both "+given[0]+" and "+given[1], "keep one: what happens after a change"))
	}
	if w.Interval != 0 && w.Interval < minInterval {
		all = append(all, w.Problem("interval", "interval is at least "+minInterval.String(), "like 2s"))
	}
	if w.Exit > 255 || diag.IsStatus(int(w.Exit)) && w.Exit > 0 || w.Exit > 128 {
		all = append(all, w.Problem("exit", "exit "+strconv.Itoa(int(w.Exit))+" is no status from 1 to 128 that confit leaves free", "like 88, with a restartPolicyRule for it on the container"))
	}
	var err error
	switch {
	case w.Has("http") && !w.Reported("http"):
		if w.Notifier, err = notifierOf(notify.ParseURL(w.HTTP)); err != nil {
			all = append(all, w.Problem("http", "http: "+err.Error(), "like http://localhost:9090/-/reload"))
		}
	case w.Signal != nil && !w.Reported("signal"):
		if w.Notifier, err = notifierOf(notify.ParseSignal(w.Signal.Process, w.Signal.Name)); err != nil {
			all = append(all, w.Problem("signal", "signal: "+err.Error(), "like {process: nginx, name: HUP}"))
		}
	}
	return errors.Join(all...)
}

func notifierOf[T Notifier](n T, err error) (Notifier, error) { return n, err }

// Flags are the flags that say what the section says, and go before it.
type Flags struct{ Interval, GitInterval, Exit, HTTP, Signal string }

// AddFlags adds them to those of a command.
func AddFlags(f *pflag.FlagSet) {
	f.String("interval", "", "`duration` between two looks (default 2s)")
	f.String("git-interval", "", "the same for branches of git sources: `duration` (default 1m)")
	f.String("exit", "", "write nothing, and end with this status: `CODE`")
	f.String("http", "", "publish, and POST to this loopback `URL`")
	f.String("signal", "", "publish, and send a signal: `PROCESS=NAME`, like nginx=HUP")
}

// Set lays the flags over the section. An action of a flag replaces that of the section.
func (w *Section) Set(f Flags) error {
	process, name, _ := strings.Cut(f.Signal, "=")
	var all []error
	var flags Section
	fields := map[string]specfile.Field{}
	for _, flag := range []struct {
		name, value string
		node        *yaml.Node
	}{
		{"interval", f.Interval, plain(f.Interval)},
		{"git", f.GitInterval, mapping("interval", plain(f.GitInterval))},
		{"exit", f.Exit, plain(f.Exit)},
		{"http", f.HTTP, specfile.Text(f.HTTP)},
		{"signal", f.Signal, mapping("process", specfile.Text(process), "name", specfile.Text(name))},
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
	all = append(all, flags.Check())
	w.lay(flags)
	return errors.Join(all...)
}

// lay lays what is set of other over the section.
func (w *Section) lay(other Section) {
	w.Interval, w.Git.Interval = cmp.Or(other.Interval, w.Interval), cmp.Or(other.Git.Interval, w.Git.Interval)
	if slices.ContainsFunc(actions, other.Has) {
		w.Exit, w.HTTP, w.Signal, w.Notifier = other.Exit, other.HTTP, other.Signal, other.Notifier
	}
}

// plain is a scalar without a type of its own.
func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// mapping makes a map of names and nodes, in turn.
func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range pairs {
		if name, ok := p.(string); ok {
			p = specfile.Text(name)
		}
		n.Content = append(n.Content, p.(*yaml.Node))
	}
	return n
}
