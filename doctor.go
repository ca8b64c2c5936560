package main

import (
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

// doctor adds to a problem of permissions who we are, what stands in the way on each
// part of the path, and the line of the manifest to change.
func (c *confit) doctor(p *render.Problem) {
	var pe *fs.PathError
	if !errors.As(p.Err, &pe) {
		return
	}
	if !errors.Is(pe.Err, syscall.EACCES) && !errors.Is(pe.Err, syscall.EPERM) {
		return
	}
	groups, _ := os.Getgroups()
	p.Notes = append(p.Notes, fmt.Sprintf("running as uid %d, gid %d, groups %v", os.Getuid(), os.Getgid(), groups))
	name := pe.Path
	if !path.IsAbs(name) {
		name = path.Join(c.sys.dir, name)
	}
	for _, part := range parents(name) {
		info, err := os.Lstat(part)
		if err != nil {
			break
		}
		owner, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			break
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%v uid %d gid %d %s", info.Mode(), owner.Uid, owner.Gid, render.Quoted(part)))
	}
	switch p.Cause {
	case render.CauseIO:
		p.Hint = fmt.Sprintf("let the run write there: securityContext: {fsGroup: %d} on the pod for an emptyDir, or runAsUser: of its owner", os.Getgid())
	case render.CauseInput:
		p.Hint = fmt.Sprintf("let the group read the volume: securityContext: {fsGroup: %d} on the pod, and defaultMode: 0440 on the volume", os.Getgid())
	}
}

// parents lists a path from its first directory down, links resolved on the way as the
// kernel does.
func parents(name string) []string {
	var all []string
	var at strings.Builder
	for part := range strings.SplitSeq(strings.Trim(filepath.Clean(name), "/"), "/") {
		at.WriteString("/" + part)
		all = append(all, at.String())
	}
	return all
}
