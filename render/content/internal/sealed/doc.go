// Package sealed holds the type of an output's bytes and the function that opens it. The
// compiler keeps both inside render/content: other packages know the type as
// content.Content, and only content/reveal exports Open.
package sealed
