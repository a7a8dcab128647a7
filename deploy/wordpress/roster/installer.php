<?php
/**
 * Sets Roster up on this site and looks after it: the program, its place, the way from the web server to it, and the page
 * Users → Provisioning. Loaded by roster.php where both come from the zip.
 *
 * @package Roster
 */

if ( ! defined( 'ABSPATH' ) || defined( 'ROSTER_INSTALLER' ) ) {
	return;
}

$roster_names = array( 'command', 'gateway', 'problem', 'site', 'place', 'program', 'probe', 'ladder', 'obstacle', 'errand', 'climb', 'upgrade', 'move', 'setup', 'words', 'guides', 'page' );
foreach ( $roster_names as $roster_name ) {
	if ( ! is_file( __DIR__ . "/includes/class-roster-$roster_name.php" ) ) {
		// WordPress is about to put another zip into place, file by file, and goes on serving.
		return;
	}
}
define( 'ROSTER_INSTALLER', __DIR__ );

foreach ( $roster_names as $roster_name ) {
	// The private folder's copies of the first two are there already where the gateway has answered this request.
	if ( ! class_exists( "Roster_$roster_name", false ) ) {
		require_once __DIR__ . "/includes/class-roster-$roster_name.php";
	}
}
unset( $roster_name, $roster_names );

// Where mu-plugins cannot be written, this is the earliest place to answer from.
Roster_Ladder::answer_early();
Roster_Setup::define_constants();

register_activation_hook( __DIR__ . '/roster.php', array( 'Roster_Setup', 'activate' ) );
register_deactivation_hook( __DIR__ . '/roster.php', array( 'Roster_Setup', 'deactivate' ) );
add_action( 'wp_loaded', array( 'Roster_Setup', 'ask_after_answer' ), ~PHP_INT_MAX );
add_action( 'admin_init', array( 'Roster_Setup', 'keep_up' ), 5 );
add_filter( 'cron_schedules', array( 'Roster_Setup', 'add_schedule' ) ); // phpcs:ignore WordPress.WP.CronInterval -- leavers wait for it.
add_action( 'roster_tend', array( 'Roster_Setup', 'tend' ) );
add_filter( 'pre_http_request', array( 'Roster_Setup', 'answer_own_request' ), 10, 3 );
Roster_Page::hook();
