package template

// whyForbidden is the replacement for a function of sprig that reads the clock, randomness, the
// environment or the network, or that makes something new on each run. It is "" for all others.
func whyForbidden(name string) string {
	switch name {
	case "now", "date", "dateInZone", "date_in_zone", "dateModify", "date_modify", "mustDateModify",
		"must_date_modify", "htmlDate", "htmlDateInZone", "ago", "toDate", "mustToDate", "unixEpoch":
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
