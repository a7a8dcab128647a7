<?php
// Another plugin that ends the request when an account of one name is made: the option says which.
add_action('user_register', function ($id) {
    if (get_userdata($id)->display_name === get_option('exits_for')) {
        exit('<p>Goodbye</p>');
    }
});
