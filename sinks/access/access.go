package access

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"syscall"

	"confit/render/diag"
)

// Explain adds to a problem of permissions or space the identity of this process, the
// modes of each part of the path, its mount, and the line of the manifest to change. Dir
// is the working directory. Outside of a pod, there may be no manifest.
func Explain(p *diag.Problem, dir string, inPod bool) {
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
		explainModes(p, name, m, inPod)
	case errors.Is(pe.Err, syscall.EPERM): // of which modes are never the reason
		p.Notes = append(append(append(p.Notes, whoami().String()), notes(partsOf(name), nil)...), m.String())
		p.Hint = hintBesideModes(runtime.GOOS)
	case errors.Is(pe.Err, syscall.EROFS):
		p.Notes = append(p.Notes, m.String())
		p.Hint = "take readOnly: true off the volumeMount of " + diag.Quoted(m.at) + "; a ConfigMap or Secret is always read-only: write to an emptyDir instead"
		switch {
		case !inPod:
			p.Hint = otherDir + "; in a pod, take readOnly: true off the volumeMount"
		case m.at == "/":
			p.Hint = emptyDirHint(name, "with readOnlyRootFilesystem only a volume can be written to")
		}
	case errors.Is(pe.Err, syscall.ENOSPC), errors.Is(pe.Err, syscall.EDQUOT):
		p.Notes = append(p.Notes, m.String(), space(name))
		p.Hint = spaceHint(m, inPod)
	case errors.Is(pe.Err, syscall.EBUSY):
		p.Notes = append(p.Notes, m.String())
		p.Hint = "a file that is itself mounted (subPath) cannot be replaced: mount its folder instead"
	}
}

// hintBesideModes is the hint for a refusal that no mode of a file explains.
func hintBesideModes(system string) string {
	if system == "darwin" {
		return "look for a locked file (ls -lO) or another user's file in a sticky directory, or let the terminal into the folder: System Settings, Privacy & Security, Files and Folders"
	}
	return "look for an immutable file (lsattr), another user's file in a sticky directory, or a security module (SELinux, AppArmor)"
}

func emptyDirHint(name, why string) string {
	dir, _, _ := strings.Cut(name, "/.confit-")
	return why + ": mount an emptyDir there, with volumes: [{name: out, emptyDir: {}}] on the pod and volumeMounts: [{name: out, mountPath: " + diag.Quoted(dir) + "}] on the container"
}

// explainModes explains a refusal by modes.
func explainModes(p *diag.Problem, name string, m mount, inPod bool) {
	me, parts, reading := whoami(), partsOf(name), p.Cause == diag.CauseInput
	refusing := me.refusing(parts, reading)
	p.Notes = append(append(append(p.Notes, me.String()), notes(parts, refusing)...), m.String())
	switch {
	case refusing == nil:
		p.Hint = "the modes let this run in: look for a security module (SELinux, AppArmor), or an NFS export that maps users"
	case !inPod && reading:
		p.Hint = "let this user read it, with chmod or chown; --root DIR reads stand-ins for the files of a pod"
	case !inPod:
		p.Hint = otherDir + ", or let this user write there, with chmod or chown"
	case reading && me.class(refusing) != "others":
		p.Hint = "the mode keeps its own " + me.class(refusing) + " out: set defaultMode: 0440 on the volume"
	case reading && refusing.mode.Perm()&0o040 == 0:
		p.Hint = fmt.Sprintf("let the group read the volume: securityContext: {fsGroup: %d} on the pod, and defaultMode: 0440 on the volume", me.group())
	case reading:
		p.Hint = fmt.Sprintf("be of a group that may read it: securityContext: {fsGroup: %d} on the pod", me.group())
	case m.at == "/":
		p.Hint = emptyDirHint(name, "this is the image's own file system, not a volume")
	default:
		p.Hint = fmt.Sprintf("let the run write there: securityContext: {fsGroup: %d} on the pod, or securityContext: {runAsUser: %d} on the container", me.group(), refusing.uid)
	}
}

// otherDir is the way on outside of a pod, where no manifest can be changed.
const otherDir = "choose another directory with --out DIR"

func spaceHint(m mount, inPod bool) string {
	if !inPod {
		return "make room there, or " + otherDir + "; in a pod, raise sizeLimit of the emptyDir"
	}
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
