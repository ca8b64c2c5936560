package pod

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
)

// The actions of a rule.
const (
	restart    = "Restart"
	restartAll = "RestartAllContainers"
)

// policy is the restart policy of a container, which may be that of the pod.
func (p *Pod) policy(c *Container) string { return cmp.Or(c.RestartPolicy, p.spec().RestartPolicy) }

// action is what follows when the container ends with a status: that of the first rule for the
// status, or else what the policy says; "" for nothing.
func (c *Container) action(policy string, status int) string {
	for _, r := range c.RestartPolicyRules {
		if slices.Contains(r.ExitCodes.Values, status) == (r.ExitCodes.Operator == "In") {
			return r.Action
		}
	}
	if policy == "Never" || policy == "OnFailure" && status == 0 {
		return ""
	}
	return restart
}

// checkRules finds rules that the API server would refuse.
func (c *Container) checkRules() error {
	if len(c.RestartPolicyRules) > 0 && c.RestartPolicy == "" {
		return errors.New("restartPolicyRules, but no restartPolicy")
	}
	for _, r := range c.RestartPolicyRules {
		if r.Action != restart && r.Action != restartAll {
			return fmt.Errorf("restartPolicyRules: no action is named %q", r.Action)
		}
		if o := r.ExitCodes.Operator; o != "In" && o != "NotIn" {
			return fmt.Errorf("restartPolicyRules: no operator is named %q", o)
		}
	}
	return nil
}

// Follow looks for containers with restartPolicyRules that have ended, and does what the
// kubelet then does, but without its back-off. It tells whether it has restarted anything.
// Containers without rules are restarted by themselves.
func (p *Pod) Follow(ctx context.Context) (restarted bool, err error) {
	for _, c := range p.ruled() {
		if pid, err := p.PID(c.Name); err == nil && syscall.Kill(pid, 0) == nil {
			continue // asking podman takes much longer
		}
		s, err := p.State(ctx, c.Name)
		if err != nil {
			return restarted, err
		}
		if s.Running || !s.Started {
			continue
		}
		switch c.action(p.policy(c), s.ExitCode) {
		case restartAll:
			return true, p.RestartContainers(ctx)
		case restart:
			if err := p.start(ctx, c); err != nil {
				return restarted, fmt.Errorf("pod %s: %w", p.Name, err)
			}
			restarted = true
		}
	}
	return restarted, nil
}

// ruled are the containers with rules that are to run as long as the pod.
func (p *Pod) ruled() []*Container {
	var all []*Container
	for i := range p.spec().InitContainers {
		if c := &p.spec().InitContainers[i]; c.RestartPolicy == "Always" {
			all = append(all, c)
		}
	}
	for i := range p.spec().Containers {
		all = append(all, &p.spec().Containers[i])
	}
	return slices.DeleteFunc(all, func(c *Container) bool { return len(c.RestartPolicyRules) == 0 || !p.started[c.Name] })
}

// RestartContainers ends all containers of the pod at once and starts them anew, init containers
// first, as the kubelet does for RestartAllContainers. The sandbox and the volumes stay.
func (p *Pod) RestartContainers(ctx context.Context) error {
	if err := p.removeContainers(ctx); err != nil {
		return err
	}
	return p.Start(ctx)
}

func (p *Pod) removeContainers(ctx context.Context) error {
	args := []string{"rm", "--force", "--time", "0"}
	for _, c := range slices.Concat(p.spec().Containers, p.spec().InitContainers) {
		if p.started[c.Name] {
			args = append(args, c.Name)
		}
	}
	if _, err := p.store.Run(ctx, args...); err != nil {
		return fmt.Errorf("pod %s: %w", p.Name, err)
	}
	p.done = 0
	clear(p.started)
	return nil
}

// initFailed prepares the next Start after an init container has failed. It begins with the
// first one where a rule says so.
func (p *Pod) initFailed(ctx context.Context, c *Container, err error) error {
	var f *Failure
	if errors.As(err, &f) && f.Status > 0 && c.action(p.policy(c), f.Status) == restartAll {
		return errors.Join(err, p.removeContainers(ctx))
	}
	return err
}
