<?php
// Installs WordPress in an empty database, as a network where that is asked for. No mail is sent.
// Arguments: the folder of the tree, the address, the administrator's password, and
// "single", "network", or "subdomains" for a network whose sites have hosts of their own.
[, $root, $url, $password, $kind] = $argv;
$parts = parse_url($url);
$host = "$parts[host]:$parts[port]";
$_SERVER += [
    'HTTP_HOST' => $host, 'SERVER_NAME' => $parts['host'], 'REQUEST_URI' => '/',
    'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1',
];
define('WP_INSTALLING', true);
function wp_new_blog_notification() {}

require "$root/wp-load.php";
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Example', 'admin', 'admin@example.com', false, '', $password);
update_option('permalink_structure', '/%postname%/');
update_option('template', 'plain');
update_option('stylesheet', 'plain');

if ($kind !== 'single') {
    require ABSPATH . 'wp-admin/includes/network.php';
    foreach ($wpdb->tables('ms_global') as $name => $table) {
        $wpdb->$name = $table;
    }
    install_network();
    populate_network(1, $host, 'admin@example.com', 'Example network', '/', $kind === 'subdomains');
}
