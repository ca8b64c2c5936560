<?php
// As read.py does, with parse_ini_string.
$out = [];
foreach (json_decode(stream_get_contents(STDIN)) as $text) {
    $read = @parse_ini_string($text, true);
    $out[] = $read === false ? null : $read;
}
echo json_encode($out, JSON_UNESCAPED_UNICODE);
