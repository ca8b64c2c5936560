package specfile

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// A Size is a number of bytes. The spec writes it as 64MiB, as 64Mi like Kubernetes, or as
// plain bytes.
type Size int64

var sizeUnits = []struct {
	name  string
	bytes Size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// String is the size in the largest unit without a remainder.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s >= u.bytes && s%u.bytes == 0 {
			return fmt.Sprintf("%d %s", s/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", int64(s))
}

// FromSpec parses a size of at least one byte.
func (s *Size) FromSpec(n *yaml.Node) error {
	digits, unit := n.Value, Size(1)
	for _, u := range sizeUnits {
		for _, name := range []string{u.name, u.name[:2]} {
			if rest, ok := strings.CutSuffix(digits, name); ok {
				digits, unit = rest, u.bytes
				break
			}
		}
	}
	count, err := strconv.ParseUint(digits, 10, 63)
	switch {
	case n.Kind != yaml.ScalarNode || err != nil:
		return notSize(n.Value)
	case count == 0:
		return errors.New("a limit is at least 1")
	case Size(count) > math.MaxInt64/unit:
		return fmt.Errorf("%s is more than any machine has", diag.Quoted(n.Value))
	}
	*s = Size(count) * unit
	return nil
}

func notSize(text string) error {
	digits := strings.TrimRight(text, "kKMGTB") // 64M, 64MB
	if _, err := strconv.ParseUint(digits, 10, 63); err == nil && digits != text {
		return fmt.Errorf("%s counts in thousands: sizes count in 1024s, like 512KiB, 64MiB or 1GiB", diag.Quoted(text))
	}
	return errors.New("a size is written like 512KiB, 64MiB, 1GiB or 64Mi, or as bytes")
}

// A Count is a whole number of at least 1.
type Count int

// FromSpec parses a count.
func (c *Count) FromSpec(n *yaml.Node) error {
	count, err := strconv.ParseUint(n.Value, 10, 31)
	if n.Kind != yaml.ScalarNode || err != nil || count == 0 {
		return errors.New("a count is a whole number of at least 1")
	}
	*c = Count(count)
	return nil
}
