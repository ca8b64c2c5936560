package console

import (
	"os"
	"strings"
	"syscall"
)

// TerminationLog leaves a text where kubectl describe shows it, if the kubelet has made the
// file.
func TerminationLog(text string) {
	const name, most = "/dev/termination-log", 4096
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return // not in a container
	}
	defer f.Close()
	_, _ = f.WriteString(text)
}
