<?php
// Another plugin that hears of accounts: it notes what it hears, ends the request or throws, as
// options and names say.
add_action('user_register', function ($id) {
    if (get_option('exits')) {
        exit('<p>Goodbye</p>');
    }
    if (get_userdata($id)->display_name === 'throw') {
        throw new RuntimeException('out of order');
    }
});
foreach (['user_register', 'profile_update', 'deleted_user'] as $hook) {
    add_action($hook, function ($id) use ($hook) {
        $heard = get_option('listens');
        if (is_array($heard) && !in_array([$hook, $id], $heard, true)) {
            update_option('listens', [...$heard, [$hook, $id]]);
        }
    });
}
