// Command imports links what confit links and does nothing: what is left is the
// cost of size, page faults and package initialisation. The calls are there so
// that the linker keeps what they reach, as it must in confit; none is made.
package main

import (
	"context"
	"os"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	gogit "github.com/go-git/go-git/v5"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

func main() {
	if len(os.Args) < 1000 {
		return
	}
	pflag.Parse()
	_ = koanf.New(".").Load(nil, nil)
	_, _ = gogit.PlainCloneContext(context.Background(), os.Args[1], false, nil)
	_ = yaml.Unmarshal([]byte(os.Args[2]), os.Args)
	_ = template.Must(template.New("").Funcs(sprig.TxtFuncMap()).Parse(os.Args[3])).Execute(os.Stdout, os.Args)
}
