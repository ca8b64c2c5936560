//go:build !linux

package pod

import "errors"

func enter(int) error { return errors.ErrUnsupported }
