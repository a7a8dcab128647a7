<?php
// What is called of Advanced Custom Fields and of BuddyPress, which note it in options. The fields
// are those that the option `has_fields` names.
function acf_get_field($name) {
    return in_array($name, get_option('has_fields', []), true)
        ? ['key' => "field_$name", 'name' => $name] : false;
}

function update_field($key, $value, $object = false) {
    update_option('updated_fields', [...get_option('updated_fields', []), [$key, $value, $object]]);
    return true;
}

function xprofile_get_field_id_from_name($name) {
    return in_array($name, get_option('has_fields', []), true) ? 7 : null;
}

function xprofile_set_field_data($field, $user_id, $value) {
    update_option('profile_fields', [...get_option('profile_fields', []), [$field, $user_id, $value]]);
    return true;
}
