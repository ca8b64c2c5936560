package kubelet

import (
	"fmt"
	"slices"

	"confit/render/diag"
)

// restartAll is the action that runs the init containers again.
const restartAll = "RestartAllContainers"

// checkRestart finds rules for restarts that the server refuses, and a watcher that relies on
// a rule which is not there.
func (c *Container) checkRestart() {
	if c.Reported("restartPolicyRules") || !c.checkRules() || c.Exit == 0 || c.actionOn(int64(c.Exit)) == restartAll {
		return
	}
	c.pod.report(Error, problem("restart-rule", c.at("restartPolicyRules"),
		fmt.Sprintf("confit watch ends the container %s with status %d after a change, and no rule restarts the pod then: no init container renders again", diag.Quoted(c.Name), c.Exit),
		fmt.Sprintf("set restartPolicyRules: [{action: %s, exitCodes: {operator: In, values: [%d]}}] on the container", restartAll, c.Exit)))
}

// actionOn is the action of the first rule for a status; "" for none.
func (c *Container) actionOn(status int64) string {
	for i := range c.RestartRules {
		r := &c.RestartRules[i]
		if slices.Contains(r.ExitCodes.Values, status) == (r.ExitCodes.Operator == "In") {
			return r.Action
		}
	}
	return ""
}

// checkRules refuses rules that the server does not take.
func (c *Container) checkRules() bool {
	before := len(c.pod.Findings)
	if len(c.RestartRules) > 0 && c.RestartPolicy == "" {
		c.pod.report(Error, problem("manifest", c.container.At("restartPolicyRules"), "the container "+diag.Quoted(c.Name)+" has restartPolicyRules and no restartPolicy", "set restartPolicy, for the statuses without a rule"))
	}
	for i := range c.RestartRules {
		r := &c.RestartRules[i]
		c.checkWord(r.At("action"), "action", r.Action, "Restart", restartAll)
		if r.ExitCodes == nil {
			c.pod.report(Error, problem("manifest", r.Pos, "a restart rule needs exitCodes", "write it like exitCodes: {operator: In, values: [88]}"))
			continue
		}
		c.checkWord(r.ExitCodes.At("operator"), "operator", r.ExitCodes.Operator, "In", "NotIn")
	}
	return len(c.pod.Findings) == before
}

// checkWord refuses a word of a rule that is none of the known ones.
func (c *Container) checkWord(at diag.Pos, field, word string, known ...string) {
	if !slices.Contains(known, word) {
		c.pod.report(Error, problem("manifest", at, "a restart rule has no "+field+" "+diag.Quoted(word), diag.DidYouMeanOneOf(word, known, "the choices are ")))
	}
}
