<?php
// What is called of Advanced Custom Fields and of BuddyPress, which note it.
function acf_get_field($name) {
    return in_array($name, get_option('has_fields', []), true) ? ['name' => $name] : false;
}

function get_field_object($name, $object = false) {
    return acf_get_field($name);
}

function update_field($name, $value, $object = false) {
    update_option('updated_fields', [...get_option('updated_fields', []), [$name, $value, $object]]);
    return true;
}

function xprofile_set_field_data($field, $user_id, $value) {
    update_option('profile_fields', [...get_option('profile_fields', []), [$field, $user_id, $value]]);
    return true;
}
