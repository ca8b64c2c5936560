// A package with a file of assembly may declare functions without a body, which kubelet.go
// links to those of the kubelet.
