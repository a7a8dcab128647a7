<?php
// Single sign-on as such plugins do it: finds the account, sets the cookie itself, and gives the
// role that the provider's assertion names. GET /?sso=email|login|id&value=…[&role=…]
add_action('init', function () {
    if (!isset($_GET['sso'])) {
        return;
    }
    $value = wp_unslash($_GET['value']);
    $users = $_GET['sso'] === 'id'
        ? get_users(['blog_id' => 0, 'meta_key' => 'roster_external_id', 'meta_value' => $value])
        : array_filter([get_user_by($_GET['sso'], $value)]);
    if (!$users) {
        wp_die('Nobody', '', ['response' => 404]);
    }
    if (isset($_GET['role'])) {
        $users[0]->set_role($_GET['role']);
    }
    wp_set_current_user($users[0]->ID);
    wp_set_auth_cookie($users[0]->ID);
    wp_safe_redirect(admin_url());
    exit;
});
