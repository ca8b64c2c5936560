package values

import (
	"testing"

	"confit/render/tree"
)

func TestSet(t *testing.T) {
	const base = `{"a":{"b":1,"c":"x"},"l":[{"n":1},{"n":2}],"s":"text","f":true}`
	for in, want := range map[string]string{
		"a.b=2":             `{"a":{"b":2,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":"text"}`,
		"a.new=5":           `{"a":{"b":1,"c":"x","new":5},"f":true,"l":[{"n":1},{"n":2}],"s":"text"}`,
		"s=1.10":            `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":"1.10"}`,
		"a=null,f=null":     `{"l":[{"n":1},{"n":2}],"s":"text"}`,
		"l[1].n=7":          `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":7}],"s":"text"}`,
		"l[0].m=x,l[0].n=3": `{"a":{"b":1,"c":"x"},"f":true,"l":[{"m":"x","n":3},{"n":2}],"s":"text"}`,
		"l[3]=z":            `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2},null,"z"],"s":"text"}`,
		"m[0][1]=q":         `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"m":[[null,"q"]],"s":"text"}`,
		"s={a,2,true}":      `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":["a",2,true]}`,
		`s=a\,b`:            `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":"a,b"}`,
		`x\.y=1`:            `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":"text","x.y":1}`,
		"s=":                `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":""}`,
		"z=007":             `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":"text","z":"007"}`,
		"s=a=b":             `{"a":{"b":1,"c":"x"},"f":true,"l":[{"n":1},{"n":2}],"s":"a=b"}`,
	} {
		set, err := ParseSet(in, &tree.Origin{Source: "--set"}, false)
		if err != nil {
			t.Errorf("ParseSet(%s): %v", in, err)
			continue
		}
		got, err := merged(t, jsonLayer(t, "a", base), Layer{Sets: set})
		if err != nil || got != want {
			t.Errorf("--set %s = %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"a", "a.b", "=1", "a..b=1", "a={1", "a={1}x", "a=x,b,c=1", "a,b=1", "a=1,,b=2", "a={1},b", "a[x]=1", "[0]=1"} {
		if set, err := ParseSet(in, &tree.Origin{}, false); err == nil {
			t.Errorf("ParseSet(%s) = %v, want an error", in, set)
		}
	}
	for in, want := range map[string]string{
		"a=1,b=2":                         `{"a":1,"b":2}`,
		`a={"x":[1,2]},b.c="d,e", n=null`: `{"a":{"x":[1,2]},"b":{"c":"d,e"}}`,
		`{"a":1,"b":[true]}`:              `{"a":1,"b":[true]}`,
		"a=1 , b[1]=2,":                   `{" b":[null,2],"a":1}`,
		"a=,b=1.10":                       `{"b":1.10}`,
	} {
		set, err := ParseSetJSON(in, &tree.Origin{Source: "--set-json"})
		if err != nil {
			t.Errorf("ParseSetJSON(%s): %v", in, err)
			continue
		}
		if got, err := merged(t, Layer{Sets: set}); err != nil || got != want {
			t.Errorf("--set-json %s = %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"a", "a=1 2", "a=1,b", "a=x", "[1]", "1", "a=1,,b=2", `{"a":1},b=2`} {
		if set, err := ParseSetJSON(in, &tree.Origin{}); err == nil {
			t.Errorf("ParseSetJSON(%s) = %v, want an error", in, set)
		}
	}
	set, _ := ParseSet("a.b=abc", &tree.Origin{Source: "--set"}, false)
	if got, err := merged(t, jsonLayer(t, "a", base), Layer{Sets: set}); err == nil {
		t.Errorf("--set a.b=abc over a number gave %s, want an error", got)
	}
}
