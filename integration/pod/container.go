package pod

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"confit/integration/podman"
)

// start starts a container and leaves it running.
func (p *Pod) start(ctx context.Context, c *Container) error {
	policy := map[string]string{"": "always", "Always": "always", "OnFailure": "on-failure", "Never": "no"}[p.policy(c)]
	if len(c.RestartPolicyRules) > 0 {
		policy = "no" // podman has no such rules: Follow restarts it
	}
	args, err := p.arguments(ctx, c, "--detach", "--restart", policy)
	if err != nil {
		return &Failure{Container: c.Name, Status: -1, Log: err.Error()}
	}
	if _, err := p.store.Run(ctx, args...); err != nil {
		return p.failure(ctx, c, err.Error())
	}
	p.started[c.Name] = true
	return nil
}

// startSidecar starts an init container that is to run as long as the pod, and
// waits for its startup probe.
func (p *Pod) startSidecar(ctx context.Context, c *Container) error {
	if err := p.start(ctx, c); err != nil || c.StartupProbe == nil {
		return err
	}
	return p.await(ctx, c, c.StartupProbe)
}

// runInit runs an init container to its end, which must be status 0.
func (p *Pod) runInit(ctx context.Context, c *Container) error {
	args, err := p.arguments(ctx, c)
	if err != nil {
		return &Failure{Container: c.Name, Status: -1, Log: err.Error()}
	}
	cmd := p.store.Command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	p.started[c.Name] = true
	if err := cmd.Run(); err != nil {
		return p.failure(ctx, c, stderr.String())
	}
	return nil
}

// arguments are podman's for a container: only what the manifest and the
// kubelet give it, nothing that podman adds by itself.
func (p *Pod) arguments(ctx context.Context, c *Container, more ...string) ([]string, error) {
	env, err := p.environ(c)
	if err != nil {
		return nil, err
	}
	args := append([]string{
		"run", "--pod", podName, "--name", c.Name, "--replace", "--pull=never",
		"--image-volume=ignore", "--no-healthcheck", "--passwd=false", "--unsetenv=container", "--unsetenv=TERM",
		"--log-driver=k8s-file", "--log-opt=path=" + p.logFile(c.Name),
		"--pidfile", filepath.Join(p.home.Path, "containers", c.Name+".pid"),
	}, more...)
	for _, e := range sorted(env) {
		args = append(args, "--env", e)
	}
	user, err := p.user(ctx, c)
	if err != nil {
		return nil, err
	}
	mounts, err := p.mounts(c, env)
	if err != nil {
		return nil, err
	}
	network, err := p.network(ctx)
	if err != nil {
		return nil, err
	}
	args = slices.Concat(args, network, user, security(c, p.spec()), mounts)
	if limit := c.Resources.Limits["memory"]; limit != "" {
		n, err := quantity(limit)
		if err != nil {
			return nil, err
		}
		args = append(args, fmt.Sprintf("--memory=%.0f", n), fmt.Sprintf("--memory-swap=%.0f", n))
	}
	if c.WorkingDir != "" {
		args = append(args, "--workdir", c.WorkingDir)
	}
	return append(args, commandLine(c, env)...), nil
}

// commandLine ends podman's arguments: a command replaces the image's entry
// point and its arguments, args only these.
func commandLine(c *Container, env map[string]string) []string {
	var args []string
	for _, a := range c.Args {
		args = append(args, expand(string(a), env))
	}
	if len(c.Command) == 0 {
		return append([]string{podman.Reference(c.Image)}, args...)
	}
	var command []string
	for _, a := range c.Command {
		command = append(command, expand(string(a), env))
	}
	entry, _ := json.Marshal(command) // strings always marshal
	return append([]string{"--entrypoint", string(entry), podman.Reference(c.Image)}, args...)
}

// mounts are the container's volumes, and the file for its last words.
func (p *Pod) mounts(c *Container, env map[string]string) ([]string, error) {
	message := p.messageFile(c.Name)
	if err := os.WriteFile(message, nil, 0o666); err != nil {
		return nil, err
	}
	if err := os.Chmod(message, 0o666); err != nil {
		return nil, err
	}
	args := []string{"--volume", message + ":" + cmp.Or(c.TerminationMessagePath, "/dev/termination-log")}
	if len(p.spec().HostAliases) > 0 {
		hosts := filepath.Join(p.home.Path, "containers", "hosts")
		if err := os.WriteFile(hosts, []byte(p.hosts()), 0o644); err != nil {
			return nil, err
		}
		args = append(args, "--volume", hosts+":/etc/hosts")
	}
	for i, m := range c.VolumeMounts {
		from, err := p.source(c, i, env)
		if err != nil {
			return nil, err
		}
		access := ":rw"
		if m.ReadOnly || !p.writable(m.Name) {
			access = ":ro"
		}
		args = append(args, "--volume", from+":"+m.MountPath+access)
	}
	return args, nil
}

// user is who the container runs as. A user without a group has group 0, and
// runAsNonRoot is checked here, as the kubelet does before it starts anything.
func (p *Pod) user(ctx context.Context, c *Container) ([]string, error) {
	pod := p.spec().SecurityContext
	uid := cmp.Or(c.SecurityContext.RunAsUser, pod.RunAsUser)
	gid := cmp.Or(c.SecurityContext.RunAsGroup, pod.RunAsGroup)
	nonRoot := cmp.Or(c.SecurityContext.RunAsNonRoot, pod.RunAsNonRoot)
	var args []string
	for _, g := range pod.SupplementalGroups {
		args = append(args, "--group-add", strconv.FormatInt(g, 10))
	}
	if pod.FSGroup != nil {
		args = append(args, "--group-add", strconv.Itoa(*pod.FSGroup))
	}
	if uid == nil && nonRoot != nil && *nonRoot {
		return args, p.imageIsNonRoot(ctx, c)
	}
	if uid == nil {
		return args, nil
	}
	if nonRoot != nil && *nonRoot && *uid == 0 {
		return nil, fmt.Errorf("runAsNonRoot, but runAsUser is 0")
	}
	user := strconv.FormatInt(*uid, 10)
	if gid != nil {
		user += ":" + strconv.FormatInt(*gid, 10)
	}
	return append(args, "--user", user), nil
}

func (p *Pod) imageIsNonRoot(ctx context.Context, c *Container) error {
	out, err := p.store.Run(ctx, "image", "inspect", "--format", "{{.User}}", podman.Reference(c.Image))
	if err != nil {
		return err
	}
	user, _, _ := strings.Cut(strings.TrimSpace(out), ":")
	if n, err := strconv.Atoi(user); err != nil || n == 0 {
		return fmt.Errorf("runAsNonRoot, but the image's user is %q: want a number other than 0", user)
	}
	return nil
}

// security is the rest of the security context. Podman would hand added
// capabilities to a user other than root as ambient ones; a kubelet's runtime
// only puts them in the bounding set, where no-one but root can use them.
func security(c *Container, spec *Spec) []string {
	var args []string
	s := c.SecurityContext
	for _, name := range s.Capabilities.Drop {
		args = append(args, "--cap-drop", name)
	}
	uid := cmp.Or(s.RunAsUser, spec.SecurityContext.RunAsUser)
	for _, name := range s.Capabilities.Add {
		if uid == nil || *uid == 0 {
			args = append(args, "--cap-add", name)
		}
	}
	if s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation {
		args = append(args, "--security-opt", "no-new-privileges")
	}
	if s.ReadOnlyRootFilesystem {
		args = append(args, "--read-only", "--read-only-tmpfs=false")
	}
	if s.Privileged {
		args = append(args, "--privileged")
	}
	profile := cmp.Or(s.SeccompProfile, spec.SecurityContext.SeccompProfile)
	if profile == nil || profile.Type == "Unconfined" {
		args = append(args, "--security-opt", "seccomp=unconfined")
	}
	return args
}
