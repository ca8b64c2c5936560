package kubelet

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"confit/render/diag"
)

// checkSignal finds a watcher that does not see the process which it is to signal, or may not
// signal it.
func (c *Container) checkSignal() {
	spec := &c.pod.template.Spec
	if c.Signal == "" || spec.Reported("shareProcessNamespace") || spec.Reported("hostPID") {
		return
	}
	if !spec.ShareProcesses && !spec.HostPID {
		c.pod.report(Error, problem("signal-process", spec.At("shareProcessNamespace"),
			"confit watch in the container "+diag.Quoted(c.Name)+" signals the process "+diag.Quoted(c.Signal)+", and sees no process of another container",
			"set shareProcessNamespace: true on the pod"))
		return
	}
	app := c.signalled()
	if app == nil {
		return
	}
	mine, known := c.runAsUser()
	user, alsoKnown := app.runAsUser()
	if known && alsoKnown && mine != 0 && mine != user {
		c.pod.report(Warning, problem("signal-user", c.at("securityContext"),
			fmt.Sprintf("confit watch in the container %s runs as user %d, and may not signal the container %s, which runs as user %d", diag.Quoted(c.Name), mine, diag.Quoted(app.Name), user),
			fmt.Sprintf("set securityContext: {runAsUser: %d} on every container of confit in the pod", user)))
	}
}

// signalled is the container that has the process which a watcher signals: the only other one,
// or the only one of which the name, the image or the command says so. It is nil for none.
func (c *Container) signalled() *Container {
	others := slices.DeleteFunc(c.pod.applications(), func(app *Container) bool { return app == c })
	if len(others) > 1 {
		others = slices.DeleteFunc(others, func(app *Container) bool { return !app.runs(c.Signal) })
	}
	if len(others) != 1 {
		return nil
	}
	return others[0]
}

// runs tells whether the name, the image or the command of a container is that of a program.
func (c *Container) runs(program string) bool {
	command := slices.Concat(c.container.Command, []string{""})[0]
	image, _, _ := strings.Cut(path.Base(strings.SplitN(c.Image, "@", 2)[0]), ":")
	return slices.Contains([]string{c.Name, image, path.Base(command)}, program)
}

// runAsUser is the user that the manifest names for a container.
func (c *Container) runAsUser() (user int64, known bool) {
	for _, s := range []*security{&c.container.Security, &c.pod.template.Spec.Security} {
		if s.RunAsUser != nil {
			return *s.RunAsUser, true
		}
	}
	return 0, false
}
