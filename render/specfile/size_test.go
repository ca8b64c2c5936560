package specfile

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{
		"1": 1, "1000": 1000, "512KiB": 512 << 10, "64MiB": 64 << 20, "64Mi": 64 << 20, "1GiB": 1 << 30, "2Gi": 2 << 30, "3Ki": 3 << 10,
		"": 0, "0": 0, "0MiB": 0, "-1": 0, "+1": 0, "64M": 0, "64MB": 0, "64mib": 0, "1.5GiB": 0, "1e6": 0, "0x10": 0, "1_000": 0, "MiB": 0,
		"64 MiB": 0, "64MiBMiB": 0, "64MiKi": 0, "9223372036854775807": 1<<63 - 1, "9223372036854775808": 0, "99999999999GiB": 0, "null": 0,
	} {
		var got Size
		err := got.FromSpec(&yaml.Node{Kind: yaml.ScalarNode, Value: text})
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, kind := range []yaml.Kind{yaml.MappingNode, yaml.SequenceNode} {
		if new(Size).FromSpec(&yaml.Node{Kind: kind}) == nil || new(Count).FromSpec(&yaml.Node{Kind: kind}) == nil {
			t.Error("a map or a list is a size or a count")
		}
	}
}

func TestCount(t *testing.T) {
	for text, want := range map[string]Count{"1": 1, "20000": 20000, "2147483647": 1<<31 - 1, "0": 0, "-1": 0, "2147483648": 0, "1k": 0, "": 0, "1.0": 0} {
		var got Count
		err := got.FromSpec(&yaml.Node{Kind: yaml.ScalarNode, Value: text})
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q = %d, %v, want %d", text, got, err, want)
		}
	}
}
