package pages

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// A Session is where the blocks of a page run: one directory, and one shell after another
// that goes on where the last one ended.
type Session struct {
	dir  string // of the page's files
	note string // working directory and variables between two commands
	path string // PATH
}

// NewSession starts in a new directory below dir.
func NewSession(dir, path string) (*Session, error) {
	s := &Session{note: filepath.Join(dir, "note"), path: path}
	return s, errors.Join(os.Mkdir(s.note, 0o755), s.fresh(dir))
}

// fresh makes a new directory the working directory.
func (s *Session) fresh(dir string) (err error) {
	if s.dir, err = os.MkdirTemp(dir, "page"); err != nil {
		return err
	}
	return errors.Join(os.Chmod(s.dir, 0o755), s.write("cwd", s.dir), s.write("env", ""))
}

func (s *Session) write(name, text string) error {
	return os.WriteFile(filepath.Join(s.note, name), []byte(text), 0o644)
}

// save writes the file of a block into the working directory.
func (s *Session) save(b *Block) error {
	if b.Fresh {
		if err := s.fresh(filepath.Dir(s.dir)); err != nil {
			return err
		}
	}
	cwd, err := os.ReadFile(filepath.Join(s.note, "cwd"))
	if err != nil {
		return err
	}
	name := filepath.Join(strings.TrimSpace(string(cwd)), b.File)
	return errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(b.Text()), 0o644))
}

// run executes a command and gives what it printed, and its exit status.
func (s *Session) run(ctx context.Context, command string) (string, int, error) {
	const script = `umask 022; cd "$(cat "$NOTE/cwd")"; . "$NOTE/env"
eval "$COMMAND"
status=$?; unset COMMAND; pwd >"$NOTE/cwd"; export -p >"$NOTE/env"; exit $status`
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Env = []string{"PATH=" + s.path, "HOME=" + s.dir, "TMPDIR=" + os.TempDir(), "NOTE=" + s.note, "COMMAND=" + command, "LC_ALL=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	text := strings.ReplaceAll(string(out), s.dir, "/home/you")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return text, exit.ExitCode(), nil
	}
	return text, 0, err
}

// A step is a command of a console block, and what it prints.
type step struct {
	command string
	want    []string
	last    bool
}

// steps splits a console block.
func (b *Block) steps() ([]step, error) {
	var all []step
	open := false
	for _, line := range b.Lines {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case open:
			all[len(all)-1].command += "\n" + line
			open = strings.HasSuffix(line, `\`)
		case isCommand:
			all = append(all, step{command: command})
			open = strings.HasSuffix(line, `\`)
		case len(all) == 0:
			return nil, fmt.Errorf("the block begins with output")
		default:
			all[len(all)-1].want = append(all[len(all)-1].want, line)
		}
	}
	if len(all) > 0 {
		all[len(all)-1].last = true
	}
	return all, nil
}

var took = regexp.MustCompile(` in [0-9.]+ (ms|s)\b`)

// blanks are those at the end of a line, which a page does not show.
var blanks = regexp.MustCompile(`[ \t]+\n`)

// matches compares what a command printed with what the page says.
func matches(got string, want []string) bool {
	var pattern strings.Builder
	for _, line := range want {
		if line == "…" {
			pattern.WriteString(`(?:.*\n)*`)
			continue
		}
		text := regexp.QuoteMeta(took.ReplaceAllString(line, " in TIME"))
		pattern.WriteString(strings.ReplaceAll(text, "…", `.*`) + "\n")
	}
	got = took.ReplaceAllString(strings.TrimSuffix(blanks.ReplaceAllString(got, "\n"), "\n"), " in TIME") + "\n"
	if got == "\n" {
		got = ""
	}
	return regexp.MustCompile("^" + pattern.String() + "$").MatchString(got)
}
