package kubelet

import (
	"fmt"
	"path"
	"strings"

	"confit/render/diag"
	"confit/sources/manifest"
)

// Place finds where the manifest has a line and a column of a file of the container, or a
// variable. What says which object and key that is; it is "" for a file that no manifest has.
func (c *Container) Place(file string, line, col int) (at diag.Pos, what string) {
	if name, ok := strings.CutPrefix(file, "env "); ok {
		return c.placeOfVariable(name)
	}
	if file == "" || strings.Contains(file, "@") && !path.IsAbs(file) {
		return diag.Pos{}, ""
	}
	key := c.KeyOf(file)
	if key == nil {
		return diag.Pos{}, ""
	}
	at, exact := key.At(line, col)
	what = key.Data.Kind + " " + diag.Quoted(key.Data.Name) + " key " + diag.Quoted(key.Name)
	if line > 0 {
		what += fmt.Sprintf(" line %d", line)
	}
	if !exact && col > 0 {
		what += fmt.Sprintf(" column %d", col)
	}
	return at, what
}

// KeyOf is the key that a file of the container is made from; nil for none.
func (c *Container) KeyOf(file string) *manifest.Key {
	if !path.IsAbs(file) {
		file = path.Join(c.Dir(), file)
	}
	n, _, _, err := c.Files.find("open", strings.TrimPrefix(path.Clean(file), "/"))
	if err != nil || n == nil {
		return nil
	}
	return n.key
}

func (c *Container) placeOfVariable(name string) (at diag.Pos, what string) {
	for _, v := range c.Vars {
		if v.Name != name {
			continue
		}
		if v.Key == nil {
			return v.Pos, "the variable " + diag.Quoted(name)
		}
		at, _ = v.Key.At(1, 1)
		return at, v.Key.Data.Kind + " " + diag.Quoted(v.Key.Data.Name) + " key " + diag.Quoted(v.Key.Name)
	}
	return diag.Pos{}, ""
}

// ArgsPos is the place of the container's arguments.
func (c *Container) ArgsPos() diag.Pos {
	if c.container.Has("args") {
		return c.container.At("args")
	}
	return c.container.At("command")
}

// SecretVars are the variables that hold the bytes of Secrets. The value tells whether the
// Secret is a stand-in.
func (c *Container) SecretVars() map[string]bool {
	secret := map[string]bool{}
	for _, v := range c.Vars {
		if v.Key != nil && v.Key.Data.Kind == "Secret" {
			secret[v.Name] = v.Key.Data.StandIn
		}
	}
	return secret
}
