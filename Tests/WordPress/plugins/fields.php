<?php
// What is called of Advanced Custom Fields, BuddyPress and WooCommerce, which note it in options. The fields
// are those that the option `has_fields` names.
function acf_get_field($name) {
    return in_array($name, get_option('has_fields', []), true)
        ? ['key' => "field_$name", 'name' => $name] : false;
}

function update_field($key, $value, $object = false) {
    update_option('updated_fields', [...get_option('updated_fields', []), [$key, $value, $object]]);
    return true;
}

function acf_get_field_groups($filter = []) {
    return array_map(fn ($group) => $group + ['key' => $group['title']], get_option('field_groups', []));
}

function acf_get_fields($group) {
    return $group['fields'];
}

function bp_xprofile_get_groups($arguments = []) {
    return json_decode(json_encode(get_option('profile_groups', [])));
}

function xprofile_get_field_id_from_name($name) {
    return in_array($name, get_option('has_fields', []), true) ? 7 : null;
}

function xprofile_set_field_data($field, $user_id, $value) {
    update_option('profile_fields', [...get_option('profile_fields', []), [$field, $user_id, $value]]);
    return true;
}

function WC() {
    return (object) ['countries' => new class {
        public function get_address_fields($country, $prefix) {
            return get_option('address_fields', [])[$prefix] ?? [];
        }
    }];
}
