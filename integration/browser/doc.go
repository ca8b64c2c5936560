// Package browser looks at the pages of confit report with a browser, as people do: narrow and
// wide, light and dark, with the keyboard, without JavaScript. SCREENSHOTS=DIR keeps what it sees.
package browser
