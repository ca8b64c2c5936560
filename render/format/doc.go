// Package format reads and writes the notations of configuration files: YAML, JSON, TOML,
// Java properties, ini, dotenv and the kubelet's env files. It also checks rendered files, XML
// included.
//
// A decoder keeps the digits of every number and the line of every value. It refuses input
// that readers of the format understand differently. No error of a decoder, an encoder or a
// check quotes a value: it may be a secret.
//
//	table.go              the formats: names, extensions, and what confit does with each
//	check.go              checks of rendered files
//	xml.go                checks XML
//	yaml.go               decodes YAML
//	yamlerror.go          locates and explains syntax errors of YAML
//	json.go               decodes JSON
//	toml.go               decodes TOML: tables and keys
//	tomllexical.go        refuses forms that TOML 1.0 does not have
//	tomlscalar.go         decodes TOML: numbers, dates and other scalars
//	properties.go         decodes Java properties
//	ini.go                decodes ini
//	inidialect.go         the dialects of ini: the text of a value, in and out
//	dotenv.go             decodes dotenv
//	kubernetesenv.go      reads and writes the kubelet's env files
//	downward.go           decodes labels and annotations of the downward API
//	textmap.go            what the decoders of text formats share
//	encode.go             encodes YAML and JSON
//	encode_toml.go        encodes TOML
//	encode_text.go        encodes Java properties, ini and dotenv
//	quote.go              quotes one text for a shell, ini or dotenv
//	size.go               the most bytes that an encoded value takes, about
//	cipher.go             recognizes the cipher text of SOPS and other tools
package format
