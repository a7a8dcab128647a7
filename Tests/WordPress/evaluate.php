<?php
// Runs the PHP of a request's body in this WordPress and answers with its value as JSON.
// For tests: whoever knows the key may do anything.
require __DIR__ . '/wp-load.php';
foreach (['user', 'ms', 'plugin'] as $name) {
    require_once ABSPATH . "wp-admin/includes/$name.php";
}
if (!hash_equals(EVALUATION_KEY, $_SERVER['HTTP_X_KEY'] ?? '')) {
    http_response_code(403);
    exit;
}
$request = json_decode(file_get_contents('php://input'), true);
try {
    $value = (function ($code, $given) {
        extract($given);
        return eval($code);
    })($request['code'], $request['given']);
    $answer = ['value' => $value];
} catch (Throwable $error) {
    $answer = ['error' => (string) $error];
}
header('Content-Type: application/json');
echo wp_json_encode($answer);
