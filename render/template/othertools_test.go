package template

import (
	"strings"
	"testing"

	"confit/render/diag"
	"confit/render/syntax"
)

// otherTools are the functions of other tools that sprig and Helm do not have under that name,
// as their documentation lists them.
var otherTools = map[string]string{
	"gomplate": `getenv env.Getenv env.HasEnv env.ExpandEnv env.Env ds datasource datasourceExists datasourceReachable listDatasources defineDatasource
		data.Include data.JSON data.JSONArray data.YAML data.YAMLArray data.TOML data.CSV data.CSVByRow data.CSVByColumn data.CUE data.ToJSON data.ToJSONPretty data.ToYAML data.ToTOML
		data.ToCSV data.ToCUE json jsonArray yaml yamlArray toml csv toJSON toJSONPretty toYAML toTOML toCSV base64.Encode base64.Decode base64.DecodeBytes
		coll.Dict coll.Slice coll.GoSlice coll.Has coll.Index coll.JSONPath coll.JQ coll.Keys coll.Values coll.Append coll.Prepend coll.Uniq coll.Flatten coll.Reverse
		coll.Sort coll.Merge coll.Pick coll.Omit coll.Set coll.Unset jsonpath jq flatten conv.Bool conv.ToBool conv.ToBools conv.Default conv.Dict conv.Has conv.Slice
		conv.Join conv.URL conv.ParseInt conv.ParseFloat conv.ParseUint conv.Atoi conv.ToInt conv.ToInt64 conv.ToInts conv.ToFloat64 conv.ToString conv.ToStrings bool
		crypto.Bcrypt crypto.SHA1 crypto.SHA256 crypto.SHA512 crypto.RSAEncrypt crypto.WPAPSK file.Exists file.IsDir file.Read file.ReadDir file.Stat file.Walk file.Write
		filepath.Base filepath.Clean filepath.Dir filepath.Ext filepath.Join filepath.Split path.Base path.Join gcp.Meta aws.EC2Meta aws.KMSDecrypt
		math.Abs math.Add math.Ceil math.Div math.Floor math.IsInt math.Max math.Min math.Mul math.Pow math.Rem math.Round math.Seq math.Sub net.LookupIP net.LookupSRV
		random.ASCII random.AlphaNum random.Number random.Item random.String uuid.V4 uuid.V1 uuid.Nil
		regexp.Find regexp.FindAll regexp.Match regexp.QuoteMeta regexp.Replace regexp.ReplaceLiteral regexp.Split semver.Semver semver.CheckConstraint sockaddr.GetPrivateIP
		strings.Abbrev strings.Contains strings.HasPrefix strings.HasSuffix strings.Indent strings.Split strings.SplitN strings.Quote strings.Repeat strings.ReplaceAll
		strings.Slug strings.ShellQuote strings.Squote strings.Title strings.ToLower strings.ToUpper strings.Trim strings.TrimLeft strings.TrimPrefix strings.TrimRight
		strings.TrimSpace strings.TrimSuffix strings.Trunc strings.CamelCase strings.SnakeCase strings.KebabCase strings.WordWrap strings.RuneCount strings.Sort strings.SkipLines
		splitN toLower toUpper trimSpace replaceAll test.Assert test.Fail test.IsKind test.Kind test.Required test.Ternary assert kind isKind time.Now time.Parse tmpl.Exec tmpl.Inline`,
	"consul-template": `key keyExists keyOrDefault ls safeLs tree safeTree secret secrets service services node nodes datacenters caRoots caLeaf connect partitions pkiCert
		nomadService nomadServices nomadVar nomadVarList mustEnv envOrDefault file base64Decode base64Encode byKey byMeta byPort byTag containsAll containsAny containsNone containsNotAll
		executeTemplate explode explodeMap mergeMap mergeMapWithOverride in loop maximum minimum subtract multiply divide modulo parseBool parseFloat parseInt parseUint parseJSON parseYAML
		plugin regexReplaceAll replaceAll sha256Hex splitToMap timestamp toLower toUpper toTitle toJSON toJSONPretty toUnescapedJSON toTOML toYAML trimSpace writeToFile scratch.Get scratch.Set`,
	"confd":     `getv getvs gets exists cget cgets cgetv cgetvs ls lsdir json jsonArray toUpper toLower datetime map lookupIP lookupIPV4 lookupIPV6 lookupSRV fileExists parseBool base64Encode base64Decode getenv hostname sortByLength sortKVByLength`,
	"dockerize": `exists parseUrl isTrue jsonQuery loop`,
}

// TestOtherTools: each function of another tool has a hint of its own, and a function that a
// hint names is there.
func TestOtherTools(t *testing.T) {
	en := New(Options{})
	for tool, list := range otherTools {
		for name := range strings.FieldsSeq(list) {
			if _, ok := en.funcs[name]; ok {
				continue // under the same name, like regexReplaceAll
			}
			p := &diag.Problem{}
			en.unknownFunction(p, name, "")
			if p.Hint == "" || p.Hint == syntax.OtherDelims || strings.HasPrefix(p.Hint, "did you mean") {
				t.Errorf("%s: %s has the hint %q", tool, name, p.Hint)
			}
			written, ok := strings.CutPrefix(p.Hint, "write ")
			if _, known := en.funcs[written]; ok && !known && !strings.ContainsAny(written, " .(") {
				t.Errorf("%s: the hint for %s names %s, which is not there", tool, name, written)
			}
		}
	}
}
