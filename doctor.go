package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"confit/render"
)

// doctor adds to a problem of permissions or space who we are, what stands in the way on
// each part of the path, how it is mounted, and the line of the manifest to change.
func (c *confit) doctor(p *render.Problem) {
	var pe *fs.PathError
	if !errors.As(p.Err, &pe) {
		return
	}
	name := pe.Path
	if !path.IsAbs(name) {
		name = path.Join(c.sys.dir, name)
	}
	switch {
	case errors.Is(pe.Err, syscall.EACCES), errors.Is(pe.Err, syscall.EPERM):
		p.Notes = append(append(p.Notes, whoami()), owners(name)...)
		p.Hint = permissionHint(p.Cause)
	case errors.Is(pe.Err, syscall.EROFS):
		p.Notes = append(p.Notes, mountOf(name))
		p.Hint = "take readOnly: true off the volumeMount of the init container; with readOnlyRootFilesystem, write to an emptyDir"
	case errors.Is(pe.Err, syscall.ENOSPC), errors.Is(pe.Err, syscall.EDQUOT):
		p.Notes = append(p.Notes, mountOf(name), space(name))
		p.Hint = "raise sizeLimit of the emptyDir (with medium: Memory, the memory limit too), or render less"
	case errors.Is(pe.Err, syscall.EBUSY):
		p.Notes = append(p.Notes, mountOf(name))
		p.Hint = "a file that is itself mounted (subPath) cannot be replaced: mount its folder instead"
	}
}

func whoami() string {
	groups, _ := os.Getgroups()
	return fmt.Sprintf("running as uid %d, gid %d, groups %v", os.Getuid(), os.Getgid(), groups)
}

func permissionHint(c render.Cause) string {
	if c == render.CauseInput {
		return fmt.Sprintf("let the group read the volume: securityContext: {fsGroup: %d} on the pod, and defaultMode: 0440 on the volume", os.Getgid())
	}
	return fmt.Sprintf("let the run write there: securityContext: {fsGroup: %d} on the pod for an emptyDir, or runAsUser: of its owner", os.Getgid())
}

// owners lists mode, owner and group of each part of a path, from the root down.
func owners(name string) []string {
	var notes []string
	var at strings.Builder
	for part := range strings.SplitSeq(strings.Trim(filepath.Clean(name), "/"), "/") {
		at.WriteString("/" + part)
		info, err := os.Lstat(at.String())
		if err != nil {
			break
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			notes = append(notes, fmt.Sprintf("%v uid %d gid %d %s", info.Mode(), st.Uid, st.Gid, render.Quoted(at.String())))
		}
	}
	return notes
}

// mountOf tells how the file system that a path is on is mounted.
func mountOf(name string) string {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "how it is mounted is not known"
	}
	defer f.Close()
	best, options := "", ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 6 {
			continue
		}
		at := fields[4]
		if len(at) >= len(best) && (name == at || strings.HasPrefix(name, strings.TrimSuffix(at, "/")+"/")) {
			best, options = at, fields[5]
		}
	}
	return fmt.Sprintf("%s is mounted %s", render.Quoted(best), render.Quoted(options))
}

// space tells what is left on the file system of a path.
func space(name string) string {
	var st syscall.Statfs_t
	for err := syscall.Statfs(name, &st); err != nil && name != "/"; err = syscall.Statfs(name, &st) {
		name = path.Dir(name)
	}
	return fmt.Sprintf("%d KiB and %d inodes are free there", st.Bavail*uint64(st.Bsize)>>10, st.Ffree)
}
