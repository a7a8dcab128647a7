<?php
// A persistent object cache that has what a request put back which had read it before a change.
if (is_array($GLOBALS['roster_stale'] = get_option('stale_cache'))) {
    wp_using_ext_object_cache(true);
    foreach ($GLOBALS['roster_stale'] as [$group, $key, $value]) {
        wp_cache_set($key, is_array($value) && $group === 'users' ? (object) $value : $value, $group);
    }
}
