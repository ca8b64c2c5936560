package syntax

import (
	"strings"
	"sync"
)

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
	case "env", "expandenv", "getenv", "getEnv", "mustEnv", "mustGetenv", "envOrDefault", "envOr", "os.Getenv", "os.LookupEnv", "env.Getenv", "env.ExpandEnv", "os.ExpandEnv":
		return true
	}
	return false
}

// ReadsKey reports whether a function of another tool reads a key of a store, like /db/host.
func ReadsKey(name string) bool {
	switch name {
	case "key", "keyOrDefault", "keyExists", "getv", "getvs", "get", "gets", "cget", "cgetv", "exists":
		return true
	}
	return false
}

// renamed pairs functions of gomplate, consul-template, confd and others with those of sprig.
const renamed = `strings.Split splitList strings.SplitN splitn strings.ToUpper upper strings.ToLower lower strings.Title title
	strings.ReplaceAll replace strings.TrimSpace trim strings.Trim trimAll strings.TrimPrefix trimPrefix strings.TrimSuffix trimSuffix
	strings.Contains contains strings.HasPrefix hasPrefix strings.HasSuffix hasSuffix strings.Repeat repeat strings.Indent indent
	strings.Quote quote strings.Squote squote strings.Trunc trunc strings.Join join strings.Replace replace
	conv.ToString toString conv.ToInt int conv.ToInt64 int64 conv.ToFloat64 float64 conv.Join join conv.Default default conv.ToStrings toStrings
	coll.Dict dict coll.Slice list coll.Has hasKey coll.Keys keys coll.Values values coll.Merge merge coll.Append append coll.Prepend prepend
	coll.Uniq uniq coll.Reverse reverse coll.Index index coll.Pick pick coll.Omit omit
	data.JSON fromJson data.JSONArray fromJsonArray data.YAML fromYaml data.YAMLArray fromYamlArray data.TOML fromToml
	data.ToJSON toJson data.ToJSONPretty toPrettyJson data.ToYAML toYaml data.ToTOML toToml
	base64.Encode b64enc base64.Decode b64dec crypto.SHA1 sha1sum crypto.SHA256 sha256sum crypto.SHA512 sha512sum
	math.Add add math.Sub sub math.Mul mul math.Div div math.Rem mod math.Max max math.Min min math.Round round math.Ceil ceil math.Floor floor math.Seq untilStep
	regexp.Match regexMatch regexp.Find regexFind regexp.FindAll regexFindAll regexp.Replace regexReplaceAll regexp.Split regexSplit
	filepath.Base base filepath.Dir dir filepath.Ext ext path.Base base path.Dir dir path.Ext ext path.Clean clean path.Join join
	file.Read .Files.Get file .Files.Get readFile .Files.Get test.Fail fail test.Required required tmpl.Exec include tmpl.Inline tpl
	toJSON toJson toJSONPretty toPrettyJson toYAML toYaml toTOML toToml parseJSON fromJson parseYAML fromYaml json fromJson jsonArray fromJsonArray
	toUpper upper toLower lower toTitle title trimSpace trim replaceAll replace parseInt int parseFloat float64
	base64Encode b64enc base64Decode b64dec sha256Hex sha256sum regexReplace regexReplaceAll loop until slice.Join join executeTemplate include`

// others are hints for functions of other tools that have no other name here.
const others = `secret secrets secretOrDefault vault pkiCert secretsManager ssm: mount the Secret, read it with secret:, and write .Values.NAME
	ds datasource defineDatasource data.Include: declare the data in sources: and write .Values.NAME
	service services node nodes ls tree connect: confit asks no server: give the value in a source, and write .Values.NAME
	time.Now timestamp: the clock is no input: give the time as a value
	random.AlphaNum random.String random.ASCII random.Number random.Item uuid.V4 uuid.V1: make it once, keep it in a Secret, and read that with secret:
	conv.ToBool parseBool isTrue: write eq (toString A) "true"`

// Replacement is what to write instead of a function of another tool; "" is unknown.
func Replacement(name string) string { return replacements()[name] }

var replacements = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	words := strings.Fields(renamed)
	for i := 0; i < len(words); i += 2 {
		m[words[i]] = "write " + words[i+1]
	}
	for line := range strings.Lines(others) {
		names, hint, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for name := range strings.FieldsSeq(names) {
			m[name] = hint
		}
	}
	return m
})
