package syntax

import (
	"strings"
	"sync"
)

// renamed pairs functions of gomplate, consul-template, confd, dockerize and others with those
// of sprig.
const renamed = `strings.Split splitList strings.SplitN splitn strings.ToUpper upper strings.ToLower lower strings.Title title
	strings.ReplaceAll replace strings.TrimSpace trim strings.Trim trimAll strings.TrimPrefix trimPrefix strings.TrimSuffix trimSuffix
	strings.TrimLeft trimPrefix strings.TrimRight trimSuffix strings.Abbrev abbrev strings.ShellQuote shellQuote strings.SnakeCase snakecase
	strings.CamelCase camelcase strings.KebabCase kebabcase strings.WordWrap wrap strings.Sort sortAlpha strings.RuneCount len
	strings.Contains contains strings.HasPrefix hasPrefix strings.HasSuffix hasSuffix strings.Repeat repeat strings.Indent indent
	strings.Quote quote strings.Squote squote strings.Trunc trunc strings.Join join strings.Replace replace
	conv.ToString toString conv.ToInt int conv.ToInt64 int64 conv.ToFloat64 float64 conv.Join join conv.Default default conv.ToStrings toStrings
	conv.Has hasKey conv.Dict dict conv.Slice list conv.ParseInt int64 conv.ParseUint int64 conv.ParseFloat float64 conv.Atoi int conv.URL urlParse
	coll.Dict dict coll.Slice list coll.GoSlice slice coll.Has hasKey coll.Keys keys coll.Values values coll.Merge merge coll.Append append
	coll.Prepend prepend coll.Uniq uniq coll.Reverse reverse coll.Index index coll.Pick pick coll.Omit omit coll.Sort sortAlpha coll.Set set coll.Unset unset
	data.JSON fromJson data.JSONArray fromJsonArray data.YAML fromYaml data.YAMLArray fromYamlArray data.TOML fromToml
	data.ToJSON toJson data.ToJSONPretty toPrettyJson data.ToYAML toYaml data.ToTOML toToml
	base64.Encode b64enc base64.Decode b64dec crypto.SHA1 sha1sum crypto.SHA256 sha256sum crypto.SHA512 sha512sum
	math.Add add math.Sub sub math.Mul mul math.Div div math.Rem mod math.Max max math.Min min math.Round round math.Ceil ceil math.Floor floor math.Seq untilStep
	regexp.Match regexMatch regexp.Find regexFind regexp.FindAll regexFindAll regexp.Replace regexReplaceAll regexp.Split regexSplit
	regexp.ReplaceLiteral regexReplaceAllLiteral regexp.QuoteMeta regexQuoteMeta semver.Semver semver semver.CheckConstraint semverCompare
	filepath.Base base filepath.Dir dir filepath.Ext ext filepath.Clean clean filepath.IsAbs isAbs
	path.Base base path.Dir dir path.Ext ext path.Clean clean path.IsAbs isAbs
	file.Read .Files.Get file .Files.Get readFile .Files.Get fileExists .Files.Glob file.Exists .Files.Glob
	test.Fail fail test.Required required test.Ternary ternary test.Kind kindOf test.IsKind kindIs isKind kindIs kind kindOf
	tmpl.Exec include tmpl.Inline tpl toJSON toJson toJSONPretty toPrettyJson toYAML toYaml toTOML toToml toUnescapedJSON toRawJson
	parseJSON fromJson parseYAML fromYaml json fromJson jsonArray fromJsonArray yaml fromYaml yamlArray fromYamlArray toml fromToml
	toUpper upper toLower lower toTitle title trimSpace trim replaceAll replace parseInt int parseUint int64 parseFloat float64 parseUrl urlParse
	base64Encode b64enc base64Decode b64dec sha256Hex sha256sum regexReplace regexReplaceAll loop until in has slice.Join join executeTemplate include
	subtract sub multiply mul divide div modulo mod maximum max minimum min mergeMap merge mergeMapWithOverride mergeOverwrite splitN splitn`

// others are hints for functions of other tools that have no other name here.
const others = `secret secrets secretOrDefault vault pkiCert secretsManager ssm: mount the Secret, read it with secret:, and write .Values.NAME
	ds datasource defineDatasource data.Include data.Datasource datasourceExists datasourceReachable listDatasources: declare the data in sources: and write .Values.NAME
	service services node nodes tree safeTree connect datacenters partitions caRoots caLeaf nomadService nomadServices nomadVar nomadVarList nomadVarExists byTag byKey byMeta byPort: confit asks no server: give the value in a source, and write .Values.NAME
	ls lsdir safeLs: a directory of a store is a map here: write range $name, $value := .Values.NAME
	time.Now timestamp datetime: the clock is no input: give the time as a value
	lookupIP lookupIPV4 lookupIPV6 lookupSRV lookupIfaceIPV4: the network is no input: give the address as a value
	hostname: set a variable of the container with fieldRef metadata.name, and read it with an env: source
	random.AlphaNum random.String random.ASCII random.Number random.Item uuid.V4 uuid.V1: make it once, keep it in a Secret, and read that with secret:
	conv.ToBool conv.Bool parseBool isTrue bool: write eq (toString A) "true"
	jsonQuery: write (fromJson A).NAME
	jsonpath jq coll.JSONPath coll.JQ: write .Values.NAME, or index A "NAME"
	plugin: confit runs no program: give the result as a value
	writeToFile file.Write: write an entry of render: for each file
	scratch.Get scratch.Key scratch.Set scratch.SetX scratch.List scratch.MapSet scratch.MapValues: write $x := A for a variable, or set a dict of the template
	assert test.Assert: write if not CONDITION, and fail "MESSAGE" in it
	map: write dict "KEY" VALUE
	flatten coll.Flatten: write concat LIST LIST
	containsAll containsAny containsNone containsNotAll: write has A LIST for each
	explode explodeMap splitToMap: give the data as YAML, and write .Values.NAME
	csv data.CSV data.CSVByRow data.CSVByColumn toCSV data.ToCSV: give the data as a list in YAML
	sortByLength sortKVByLength: write sortAlpha LIST`

// namespaces are hints for all other functions of a namespace of gomplate.
const namespaces = `aws gcp: confit asks no server: give the value in a source, and write .Values.NAME
	net sockaddr: the network is no input: give the address as a value
	time: the clock is no input: give the time as a value
	random uuid crypto: make it once, keep it in a Secret, and read that with secret:
	file filepath path: name the source, and write .Files.Get "NAME:PATH"
	env: declare the variable with an env: source and read it as a value
	strings conv coll data math regexp base64 semver test tmpl: this is of gomplate; a template has the functions of sprig and Helm`

// Replacement is what to write instead of a function of another tool; "" is unknown.
func Replacement(name string) string {
	if hint := replacements()[name]; hint != "" {
		return hint
	}
	namespace, _, ok := strings.Cut(name, ".")
	if !ok {
		return ""
	}
	return namespaceHints()[namespace]
}

var replacements = sync.OnceValue(func() map[string]string {
	m := hints(others)
	words := strings.Fields(renamed)
	for i := 0; i < len(words); i += 2 {
		m[words[i]] = "write " + words[i+1]
	}
	return m
})

var namespaceHints = sync.OnceValue(func() map[string]string { return hints(namespaces) })

// hints maps each name of a line to the text behind the colon.
func hints(lines string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(lines) {
		names, hint, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for name := range strings.FieldsSeq(names) {
			m[name] = hint
		}
	}
	return m
}
