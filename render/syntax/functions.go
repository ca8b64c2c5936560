package syntax

// Refused is what to do instead of a function of sprig that reads the clock, randomness, the
// environment or the network, or that makes something new on each run. It is "" for all others.
func Refused(name string) string {
	switch name {
	case "now", "ago":
		return "the clock is no input: give the time as a value"
	case "randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes", "randInt", "shuffle", "uuidv4",
		"bcrypt", "htpasswd", "encryptAES", "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert",
		"genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey":
		return "make it once, keep it in a Secret, and read that with secret:"
	case "env", "expandenv":
		return "declare the variable with an env: source and read it as a value"
	case "getHostByName":
		return "the network is no input: give the address as a value"
	case "lookup":
		return "the cluster is no input: mount the object and read it with configMap: or secret:"
	}
	return ""
}

// ReadsVariable reports whether a function reads an environment variable, here or in another tool.
func ReadsVariable(name string) bool {
	switch name {
	case "env", "expandenv", "getenv", "getEnv", "mustEnv", "mustGetenv", "envOrDefault", "envOr", "os.Getenv", "os.LookupEnv", "env.Getenv", "env.ExpandEnv", "env.HasEnv", "env.Env", "os.ExpandEnv":
		return true
	}
	return false
}

// ReadsKey reports whether a function of another tool reads a key of a store, like /db/host.
func ReadsKey(name string) bool {
	switch name {
	case "key", "keyOrDefault", "keyExists", "keyExistsGet", "getv", "getvs", "get", "gets", "cget", "cgetv", "exists", "getksvs", "cgets", "cgetvs":
		return true
	}
	return false
}
