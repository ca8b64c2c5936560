package access

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"confit/render/diag"
)

// Explain adds to a problem of permissions or space the identity of this process, the
// modes of each part of the path, its mount, and the line of the manifest to change. Dir
// is the working directory.
func Explain(p *diag.Problem, dir string) {
	var pe *fs.PathError
	if !errors.As(p.Err, &pe) {
		return
	}
	name := pe.Path
	if !path.IsAbs(name) {
		name = path.Join(dir, name)
	}
	m := mountOf(name)
	switch {
	case errors.Is(pe.Err, syscall.EACCES):
		explainModes(p, name, m)
	case errors.Is(pe.Err, syscall.EPERM): // of which modes are never the reason
		p.Notes = append(append(append(p.Notes, whoami().String()), notes(partsOf(name), nil)...), m.String())
		p.Hint = "look for an immutable file (lsattr), another user's file in a sticky directory, or a security module (SELinux, AppArmor)"
	case errors.Is(pe.Err, syscall.EROFS):
		p.Notes = append(p.Notes, m.String())
		p.Hint = "take readOnly: true off the volumeMount of " + diag.Quoted(m.at) + "; a ConfigMap or Secret is always read-only: write to an emptyDir instead"
		if m.at == "/" {
			p.Hint = emptyDirHint(name, "with readOnlyRootFilesystem only a volume can be written to")
		}
	case errors.Is(pe.Err, syscall.ENOSPC), errors.Is(pe.Err, syscall.EDQUOT):
		p.Notes = append(p.Notes, m.String(), space(name))
		p.Hint = spaceHint(m)
	case errors.Is(pe.Err, syscall.EBUSY):
		p.Notes = append(p.Notes, m.String())
		p.Hint = "a file that is itself mounted (subPath) cannot be replaced: mount its folder instead"
	}
}

func emptyDirHint(name, why string) string {
	dir, _, _ := strings.Cut(name, "/.confit-")
	return why + ": mount an emptyDir there, with volumes: [{name: out, emptyDir: {}}] on the pod and volumeMounts: [{name: out, mountPath: " + diag.Quoted(dir) + "}] on the container"
}

// explainModes explains a refusal by modes.
func explainModes(p *diag.Problem, name string, m mount) {
	me, parts, reading := whoami(), partsOf(name), p.Cause == diag.CauseInput
	refusing := me.refusing(parts, reading)
	p.Notes = append(append(append(p.Notes, me.String()), notes(parts, refusing)...), m.String())
	switch {
	case refusing == nil:
		p.Hint = "the modes let this run in: look for a security module (SELinux, AppArmor), or an NFS export that maps users"
	case reading && me.class(refusing) != "others":
		p.Hint = "the mode keeps its own " + me.class(refusing) + " out: set defaultMode: 0440 on the volume"
	case reading && refusing.mode.Perm()&0o040 == 0:
		p.Hint = fmt.Sprintf("let the group read the volume: securityContext: {fsGroup: %d} on the pod, and defaultMode: 0440 on the volume", me.group())
	case reading:
		p.Hint = fmt.Sprintf("be of a group that may read it: securityContext: {fsGroup: %d} on the pod", me.group())
	case m.at == "/" && inPod():
		p.Hint = emptyDirHint(name, "this is the image's own file system, not a volume")
	default:
		p.Hint = fmt.Sprintf("let the run write there: securityContext: {fsGroup: %d} on the pod, or securityContext: {runAsUser: %d} on the container", me.group(), refusing.uid)
	}
}

// inPod tells whether the kubelet has made the container of this process.
func inPod() bool {
	_, err := os.Stat("/dev/termination-log")
	return err == nil
}

func spaceHint(m mount) string {
	if m.kind == "tmpfs" {
		return "raise sizeLimit of the emptyDir, and the memory limit of the container, which pays for medium: Memory; or render less"
	}
	return "make room on the volume, or on the node if it is an emptyDir; or render less"
}

// space tells how much room is left on the file system of a path.
func space(name string) string {
	var st syscall.Statfs_t
	for err := syscall.Statfs(name, &st); err != nil && name != "/"; err = syscall.Statfs(name, &st) {
		name = path.Dir(name)
	}
	return fmt.Sprintf("%d KiB and %d inodes are free there; what is new is staged beside what it replaces", st.Bavail*uint64(st.Bsize)>>10, st.Ffree)
}

// An identity is the user and the groups of this process.
type identity struct {
	uid, gid int
	groups   []int
}

func whoami() identity {
	groups, _ := os.Getgroups()
	return identity{os.Geteuid(), os.Getegid(), groups}
}

func (me identity) String() string {
	return fmt.Sprintf("running as uid %d, gid %d, groups %v", me.uid, me.gid, me.groups)
}
