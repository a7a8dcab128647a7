<?php
/**
 * Asks the endpoint in every way a provider does, and judges the answers.
 *
 * @package Roster
 */

/** The test, from this server; the browser sends the same steps and has them judged here. */
final class Roster_Probe {
	const TOKEN   = 'roster-test';
	const SECONDS = 15;
	const MEDIA   = 'application/scim+json';

	/** @var string What lets the test in while everybody else waits. */
	public static $pass = '';

	/** @return array[] The steps. `size`: of the body, filled up with blanks. `ok`: the statuses that are right. */
	public static function steps() {
		return array(
			'GET'           => array( 'GET', '/ServiceProviderConfig', 0, array( 200 ), __( 'Reading', 'roster' ) ),
			'Authorization' => array( 'GET', '/Users?count=1', 0, array( 200 ), __( 'The token arrives', 'roster' ) ),
			'POST'          => array( 'POST', '/Groups', 300, array( 201 ), __( 'Creating', 'roster' ) ),
			'filter'        => array( 'GET', '/Groups?filter=displayName%20eq%20%22NAME%22', 0, array( 200 ), __( 'Finding', 'roster' ) ),
			'PUT'           => array( 'PUT', '/Groups/ID', 300, array( 200 ), __( 'Replacing', 'roster' ) ),
			'PATCH'         => array( 'PATCH', '/Groups/ID', 0, array( 200, 204 ), __( 'Changing, locking leavers', 'roster' ) ),
			'200 kB'        => array( 'PUT', '/Groups/ID', 200000, array( 200 ), __( 'Groups', 'roster' ) ),
			'1 MiB'         => array( 'PUT', '/Groups/ID', 1048576, array( 200 ), __( 'Large groups', 'roster' ) ),
			'DELETE'        => array( 'DELETE', '/Groups/ID', 0, array( 204 ), __( 'Deleting', 'roster' ) ),
		);
	}

	/** @return string The body of a step. Groups are what is tested with: no account of WordPress follows from them. */
	public static function body( $method, $name, $size ) {
		if ( 'PATCH' === $method ) {
			return '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"' . $name . '"}]}';
		}
		$body = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"' . $name . '"';
		return str_pad( $body, $size - 1, ' ' ) . '}';
	}

	/**
	 * Runs all steps against an address.
	 *
	 * @param string $base  The base URL.
	 * @param string $token A valid token.
	 * @return array[] For each step: status, ok, layer, text, ms.
	 */
	public static function run( $base, $token ) {
		$name = 'roster-test-' . Roster_Site::random( 6 );
		$id   = '';
		$rows = array();
		foreach ( self::steps() as $key => $step ) {
			list( $method, $path, $size ) = $step;
			// Where nothing answers, the other steps would only cost time.
			$needs = 'GET' === $key ? true : $rows['GET']['ok'] && ( false === strpos( $path, 'ID' ) || '' !== $id );
			if ( ! $needs ) {
				$rows[ $key ] = self::row( false, 0, 'none', __( 'not tried', 'roster' ), 0 );
				continue;
			}
			$fields = array( 'Accept' => self::MEDIA );
			if ( 'GET' !== $key ) {
				$fields['Authorization'] = "Bearer $token";
			}
			$body = in_array( $method, array( 'POST', 'PUT', 'PATCH' ), true ) ? self::body( $method, $name, $size ) : null;
			if ( null !== $body ) {
				$fields['Content-Type'] = self::MEDIA;
			}
			$answer       = self::request( $method, $base . strtr( $path, array( 'ID' => $id, 'NAME' => $name ) ), $fields, $body );
			$rows[ $key ] = self::judge( $key, $answer );
			if ( 'POST' === $key ) {
				$made = json_decode( $answer['body'], true );
				$id   = is_array( $made ) && isset( $made['id'] ) && is_string( $made['id'] ) ? $made['id'] : '';
			}
		}
		return $rows;
	}

	/** @return array[] The steps as the browser takes them. Long bodies it fills up by itself. */
	public static function plan() {
		$name  = 'roster-test-' . Roster_Site::random( 6 );
		$steps = array();
		foreach ( self::steps() as $key => $step ) {
			$steps[] = array(
				'key'    => $key,
				'method' => $step[0],
				'path'   => str_replace( 'NAME', $name, $step[1] ),
				'body'   => in_array( $step[0], array( 'POST', 'PUT', 'PATCH' ), true ) ? self::body( $step[0], $name, min( $step[2], 300 ) ) : null,
				'size'   => $step[2],
				'token'  => 'GET' !== $key,
			);
		}
		return $steps;
	}

	/** @return array An answer that the browser tells of. */
	public static function told( $answer ) {
		$answer = is_array( $answer ) ? $answer : array();
		$fields = array();
		foreach ( isset( $answer['headers'] ) && is_array( $answer['headers'] ) ? $answer['headers'] : array() as $name => $value ) {
			$fields[ sanitize_key( $name ) ] = sanitize_text_field( (string) $value );
		}
		return array(
			'status'  => isset( $answer['status'] ) ? absint( $answer['status'] ) : 0,
			'headers' => $fields,
			'body'    => isset( $answer['body'] ) ? substr( (string) $answer['body'], 0, 2000 ) : '',
			'error'   => isset( $answer['error'] ) ? sanitize_text_field( (string) $answer['error'] ) : '',
			'ms'      => isset( $answer['ms'] ) ? absint( $answer['ms'] ) : 0,
		);
	}

	/** @return array[] The rows for the browser's answers. */
	public static function judge_all( array $answers ) {
		$rows = array();
		foreach ( array_keys( self::steps() ) as $key ) {
			$rows[ $key ] = self::judge( $key, isset( $answers[ $key ] ) ? $answers[ $key ] : self::told( null ) );
		}
		return $rows;
	}

	/** @return bool Whether every step is right. */
	public static function is_green( array $rows ) {
		return $rows && count( array_filter( wp_list_pluck( $rows, 'ok' ) ) ) === count( $rows );
	}

	/** @return bool Whether every step is right, but for those that may fail. */
	public static function passes( array $rows, array $may_fail ) {
		return $rows && ! array_diff( self::failed( $rows ), $may_fail );
	}

	/** @return string[] The steps that failed. */
	public static function failed( array $rows ) {
		return array_keys( array_filter( $rows, static function ( $row ) { return ! $row['ok']; } ) );
	}

	/** @return array One answer: status (0: none), headers, body, error, ms. */
	public static function request( $method, $url, array $fields = array(), $body = null ) {
		if ( '' !== self::$pass ) {
			$fields[ Roster_Gateway::GATE_FIELD ] = self::$pass;
		}
		$begin    = microtime( true );
		$response = wp_remote_request(
			$url,
			array(
				'method'      => $method,
				'timeout'     => self::SECONDS,
				'redirection' => 0,
				'headers'     => $fields,
				'body'        => $body,
				'cookies'     => array(),
				// What is tested is the way through this server; providers and the browser mind the certificate.
				'sslverify'   => false,
			)
		);
		$ms = (int) round( 1000 * ( microtime( true ) - $begin ) );
		if ( is_wp_error( $response ) ) {
			return array( 'status' => 0, 'headers' => array(), 'body' => '', 'error' => $response->get_error_message(), 'ms' => $ms );
		}
		$headers = array();
		foreach ( wp_remote_retrieve_headers( $response ) as $name => $value ) {
			$headers[ strtolower( $name ) ] = is_array( $value ) ? implode( ', ', $value ) : (string) $value;
		}
		return array(
			'status'  => (int) wp_remote_retrieve_response_code( $response ),
			'headers' => $headers,
			'body'    => wp_remote_retrieve_body( $response ),
			'error'   => '',
			'ms'      => $ms,
		);
	}

	/** @return array What one answer means: which layer gave it, and in words. */
	public static function judge( $key, array $answer ) {
		$steps  = self::steps();
		$status = $answer['status'];
		$type   = isset( $answer['headers']['content-type'] ) ? $answer['headers']['content-type'] : '';
		$server = isset( $answer['headers']['server'] ) ? $answer['headers']['server'] : '';
		$is_own = false !== strpos( $type, 'scim+json' ) || ( 204 === $status && false === strpos( $type, 'html' ) );
		$found  = 'filter' !== $key || false !== strpos( str_replace( ' ', '', $answer['body'] ), '"totalResults":1' );
		if ( in_array( $status, $steps[ $key ][3], true ) && $is_own && $found ) {
			/* translators: 1: a status of HTTP, 2: milliseconds. */
			return self::row( true, $status, 'roster', sprintf( __( '%1$d after %2$d ms', 'roster' ), $status, $answer['ms'] ), $answer['ms'] );
		}
		list( $layer, $text ) = self::fault( $status, $answer, $is_own, $server );
		return self::row( false, $status, $layer, $text, $answer['ms'] );
	}

	private static function row( $ok, $status, $layer, $text, $ms ) {
		return compact( 'ok', 'status', 'layer', 'text', 'ms' );
	}

	/** @return string[] The layer that answered in the place of Roster, and in words what it said. */
	private static function fault( $status, array $answer, $is_own, $server ) {
		$body = $answer['body'];
		$cdn  = isset( $answer['headers']['cf-ray'] ) || isset( $answer['headers']['x-sucuri-id'] ) || isset( $answer['headers']['x-akamai-transformed'] );
		if ( 0 === $status ) {
			return array( 'address', '' !== $answer['error'] ? $answer['error'] : __( 'no answer', 'roster' ) );
		}
		if ( 0 === strpos( $body, '#!' ) || 0 === strpos( $body, "\x7fELF" ) ) {
			return array( 'server', __( 'the web server handed a file out instead of running it', 'roster' ) );
		}
		if ( $is_own && 401 === $status ) {
			return array( 'header', __( '401: the web server keeps the Authorization header to itself', 'roster' ) );
		}
		if ( $is_own ) {
			$error = json_decode( $body, true );
			/* translators: 1: a status of HTTP, 2: Roster's own words. */
			return array( 'roster', sprintf( __( '%1$d from Roster: %2$s', 'roster' ), $status, is_array( $error ) && isset( $error['detail'] ) && is_string( $error['detail'] ) ? substr( $error['detail'], 0, 200 ) : '' ) );
		}
		if ( 401 === $status && isset( $answer['headers']['www-authenticate'] ) && 0 === stripos( $answer['headers']['www-authenticate'], 'basic' ) ) {
			return array( 'password', __( '401: the site is protected by a password', 'roster' ) );
		}
		if ( $cdn && ( 403 === $status || 503 === $status || 429 === $status ) ) {
			/* translators: %d: a status of HTTP. */
			return array( 'cdn', sprintf( __( '%d, a web page from the CDN', 'roster' ), $status ) );
		}
		if ( in_array( $status, array( 403, 405, 406, 501 ), true ) ) {
			/* translators: 1: a status of HTTP, 2: the server's name. */
			return array( 'firewall', sprintf( __( '%1$d, a web page from a firewall or from the web server %2$s', 'roster' ), $status, $server ) );
		}
		if ( 413 === $status ) {
			return array( 'size', __( '413: the web server takes no bodies of this size', 'roster' ) );
		}
		if ( false !== strpos( $body, 'wp-content' ) || isset( $answer['headers']['x-redirect-by'] ) || 404 === $status || ( $status >= 300 && $status < 400 ) || 200 === $status ) {
			/* translators: %d: a status of HTTP. */
			return array( 'route', sprintf( __( '%d: the address does not lead to Roster', 'roster' ), $status ) );
		}
		/* translators: 1: a status of HTTP, 2: the server's name. */
		return array( 'server', sprintf( __( '%1$d, a web page from the web server %2$s', 'roster' ), $status, $server ) );
	}
}
