<?php
// Prints a new application password of the first administrator. A process of its own after the
// installation: a network keeps among its own settings that such passwords are in use.
// Arguments: the folder of the tree, the host with its port.
[, $root, $host] = $argv;
$_SERVER += [
    'HTTP_HOST' => $host, 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET',
    'SERVER_PROTOCOL' => 'HTTP/1.1',
];
require "$root/wp-load.php";
echo WP_Application_Passwords::create_new_application_password(1, ['name' => 'console'])[0];
