package access

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"confit/render/diag"
)

// A part is one part of a path, from the root down.
type part struct {
	name     string
	to       string // where a symlink points
	mode     fs.FileMode
	uid, gid int
}

// partsOf lists the existing parts of a path, and those of the targets of its symlinks.
func partsOf(name string) []part {
	var parts []part
	at, rest := "/", strings.Split(filepath.Clean(name), "/")
	for links := 0; len(rest) > 0 && links < 40; rest = rest[1:] {
		next := filepath.Join(at, rest[0])
		info, err := os.Lstat(next)
		if err != nil {
			break
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok || next == at && links > 0 {
			continue
		}
		p := part{next, "", info.Mode(), int(st.Uid), int(st.Gid)}
		if at = next; info.Mode()&fs.ModeSymlink != 0 {
			links++
			p.to, _ = os.Readlink(next)
			if at = filepath.Dir(next); filepath.IsAbs(p.to) {
				at = "/"
			}
			rest = append(rest[:1:1], append(strings.Split(p.to, "/"), rest[1:]...)...)
		}
		parts = append(parts, p)
	}
	return parts
}

// refusing finds the first part that keeps us out by its mode, or nil.
func (me identity) refusing(parts []part, reading bool) *part {
	dir := -1 // the last directory: a name is made or replaced there
	for i := range parts {
		if parts[i].mode.IsDir() {
			dir = i
		}
	}
	for i := range parts {
		need := fs.FileMode(0)
		switch p := &parts[i]; {
		case !reading && i == dir:
			need = 3
		case reading && i == len(parts)-1:
			need = 4
		case p.mode.IsDir():
			need = 1
		}
		if parts[i].mode.Perm()>>me.shift(&parts[i])&need != need {
			return &parts[i]
		}
	}
	return nil
}

// shift is where in a mode the bits for us are.
func (me identity) shift(p *part) int {
	switch me.class(p) {
	case "owner":
		return 6
	case "group":
		return 3
	}
	return 0
}

func (me identity) class(p *part) string {
	switch {
	case p.uid == me.uid:
		return "owner"
	case me.in(p.gid):
		return "group"
	}
	return "others"
}

func (me identity) in(gid int) bool { return gid == me.gid || slices.Contains(me.groups, gid) }

// group is the group to ask for as fsGroup.
func (me identity) group() int {
	if me.gid == 0 {
		return 65532
	}
	return me.gid
}

// notes lists each part of a path, and marks the one that refuses us.
func notes(parts []part, refusing *part) []string {
	var all []string
	for i := range parts {
		p := &parts[i]
		text := fmt.Sprintf("%v uid %d gid %d %s", p.mode, p.uid, p.gid, diag.Quoted(p.name))
		if p.to != "" {
			text += " -> " + diag.Quoted(p.to)
		}
		if p == refusing {
			text += "  <- refuses"
		}
		all = append(all, text)
	}
	return all
}

// A mount is the mount of the file system of a path.
type mount struct{ at, kind, options string }

func (m mount) String() string {
	if m.at == "" {
		return "how it is mounted is not known"
	}
	return fmt.Sprintf("%s is mounted %s, of type %s", diag.Quoted(m.at), diag.Quoted(m.options), diag.Quoted(m.kind))
}

func mountOf(name string) mount {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return mount{}
	}
	defer f.Close()
	name = resolved(name)
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	var best mount
	for lines := bufio.NewScanner(f); lines.Scan(); {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 6 || len(kind) < 3 {
			continue
		}
		at := unescape.Replace(fields[4])
		if len(at) >= len(best.at) && (name == at || strings.HasPrefix(name, strings.TrimSuffix(at, "/")+"/")) {
			best = mount{at, kind[0], fields[5] + bounds(kind[2])}
		}
	}
	return best
}

// bounds keeps the options of a file system that limit its size.
func bounds(options string) string {
	var text strings.Builder
	for o := range strings.SplitSeq(options, ",") {
		if strings.HasPrefix(o, "size=") || strings.HasPrefix(o, "nr_inodes=") {
			text.WriteString("," + o)
		}
	}
	return text.String()
}

// resolved follows the symlinks of a path. Its end need not exist.
func resolved(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil || name == "/" {
		return real
	}
	return filepath.Join(resolved(filepath.Dir(name)), filepath.Base(name))
}
