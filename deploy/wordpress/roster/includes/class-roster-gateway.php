<?php
/**
 * Hands one web request to the program and its answer back. Needs PHP alone: it lies in the private folder, and no plugin
 * or theme is loaded for it.
 *
 * @package Roster
 */

if ( ! class_exists( 'Roster_Command', false ) ) {
	require_once __DIR__ . '/class-roster-command.php';
}

/** PHP in the place of the web server's own CGI. */
final class Roster_Gateway {
	const SECONDS         = 60;
	const DELIVER_SECONDS = 5;
	const BODY_BYTES      = 8388608;
	const LOG_BYTES       = 4194304;

	/** A file of this name in the private folder says that the program cannot call the site. */
	const PULL = 'pull';

	/** A file of this name keeps everybody out who does not send what is in it, while an upgrade is tested. */
	const GATE         = 'closed';
	const GATE_FIELD   = 'X-Roster-Test';
	const GATE_SECONDS = 300;

	/** Beside the version of SCIM, the pages for people. */
	const CONSOLE = 'admin';

	/** Variables of CGI that are passed on as PHP has them. */
	const VARIABLES = array(
		'REQUEST_METHOD',
		'REQUEST_SCHEME',
		'REQUEST_URI',
		'SERVER_NAME',
		'SERVER_PORT',
		'SERVER_PROTOCOL',
		'SERVER_SOFTWARE',
		'SERVER_ADDR',
		'REMOTE_ADDR',
		'REMOTE_PORT',
		'HTTPS',
		'CONTENT_TYPE',
	);

	/**
	 * Answers the request that PHP has now.
	 *
	 * @param string $folder The private folder.
	 * @param string $base   The path of the endpoint.
	 * @return bool Whether the site should now ask for what has changed: the client has its answer, and the program cannot
	 *              call the site.
	 */
	public static function serve( $folder, $base ) {
		self::prepare();
		if ( self::is_closed( $folder ) ) {
			self::send( self::error( 503, 'Roster is being upgraded; try again.', array( array( 'Retry-After', '10' ) ) ) );
			return false;
		}
		$body  = (string) file_get_contents( 'php://input', false, null, 0, self::BODY_BYTES );
		$fault = self::fault( $body );
		if ( $fault ) {
			self::send( $fault );
			return false;
		}
		$answer = self::ask( $folder, self::variables( $_SERVER, $base ), $body );
		self::send( $answer );
		$method = isset( $_SERVER['REQUEST_METHOD'] ) ? $_SERVER['REQUEST_METHOD'] : 'GET';
		// A form of the console is answered by a redirection.
		$changes = $answer['status'] < 400 && ! in_array( $method, array( 'GET', 'HEAD', 'OPTIONS' ), true );
		if ( ! $changes || ! self::finish() ) {
			return false;
		}
		if ( is_file( "$folder/" . self::PULL ) ) {
			return true;
		}
		// The worker is busy meanwhile: for a short time only.
		Roster_Command::roster( $folder, array( 'deliver', '--once' ), self::DELIVER_SECONDS );
		return false;
	}

	/**
	 * Asks the program.
	 *
	 * @param string   $folder    The private folder.
	 * @param string[] $variables Of CGI.
	 * @param string   $body      Of the request.
	 * @return array{status: int, headers: array, body: string}
	 */
	public static function ask( $folder, array $variables, $body ) {
		$variables['CONTENT_LENGTH'] = (string) strlen( $body );
		$run                         = new Roster_Command();
		$log                         = "$folder/roster.log";
		$run->exchange( array( "$folder/roster" ), $variables + Roster_Command::environment( $folder ), $body, self::SECONDS, $log );
		$answer = $run->late ? null : self::parse( $run->output );
		return $answer ? $answer : self::error( 503, 'Roster could not be started, or did not answer in time; try again.', array( array( 'Retry-After', '2' ) ) );
	}

	/** @return bool Whether requests are to wait. A gate that somebody has forgotten opens by itself. */
	private static function is_closed( $folder ) {
		$gate = "$folder/" . self::GATE;
		if ( ! is_file( $gate ) || filemtime( $gate ) < time() - self::GATE_SECONDS ) {
			return false;
		}
		$field = 'HTTP_' . strtoupper( str_replace( '-', '_', self::GATE_FIELD ) );
		return ! hash_equals( (string) file_get_contents( $gate ), isset( $_SERVER[ $field ] ) ? (string) $_SERVER[ $field ] : '' );
	}

	/** Nothing that PHP does by itself may change the answer, or end the work with the client's connection. */
	private static function prepare() {
		ignore_user_abort( true );
		$settings = array(
			'display_errors'          => '0',
			'zlib.output_compression' => '0',
			'default_mimetype'        => '',
			'default_charset'         => '',
		);
		foreach ( Roster_Command::may( 'ini_set' ) ? $settings : array() as $setting => $value ) {
			ini_set( $setting, $value ); // phpcs:ignore WordPress.PHP.IniSet -- an answer of its own.
		}
		if ( ! defined( 'DONOTCACHEPAGE' ) ) {
			define( 'DONOTCACHEPAGE', true );
		}
	}

	/** @return array|null What is wrong with a body that PHP did not get whole. */
	private static function fault( $body ) {
		$length = isset( $_SERVER['CONTENT_LENGTH'] ) ? (string) $_SERVER['CONTENT_LENGTH'] : '';
		if ( strlen( $body ) >= self::BODY_BYTES ) {
			return self::error( 413, 'The body is too large.' );
		}
		if ( '' !== $length && (int) $length !== strlen( $body ) ) {
			return self::error( 400, 'The body is not as long as Content-Length says.' );
		}
		if ( '' === $body && '' === $length && ! empty( $_SERVER['HTTP_TRANSFER_ENCODING'] ) ) {
			return self::error( 411, 'This server loses bodies that are sent in chunks. Send a Content-Length.' );
		}
		return null;
	}

	/**
	 * The variables of CGI for the program.
	 *
	 * @param array  $server As $_SERVER.
	 * @param string $base   The path of the endpoint.
	 * @return string[]
	 */
	public static function variables( array $server, $base ) {
		$variables = array( 'GATEWAY_INTERFACE' => 'CGI/1.1' );
		foreach ( $server as $name => $value ) {
			// HTTP_PROXY is a header field of the client's, and programs take it for a setting.
			$is_field = 0 === strpos( $name, 'HTTP_' ) && 'HTTP_PROXY' !== $name;
			if ( is_string( $value ) && false === strpos( $value, "\0" ) && ( $is_field || in_array( $name, self::VARIABLES, true ) ) ) {
				$variables[ $name ] = $value;
			}
		}
		$uri   = isset( $server['REQUEST_URI'] ) ? (string) $server['REQUEST_URI'] : "$base/";
		$parts = explode( '?', $uri, 2 );
		$path  = (string) preg_replace( '#^https?://[^/]*#i', '', $parts[0] );
		// Servers drop the query on the way to index.php, or put the page's name into it.
		$variables['QUERY_STRING'] = isset( $parts[1] ) ? $parts[1] : '';
		$console                   = dirname( $base ) . '/' . self::CONSOLE;
		$variables['SCRIPT_NAME']  = preg_match( '#^' . preg_quote( $console, '#' ) . '(/|$)#', $path ) ? $console : $base;
		$variables['PATH_INFO']    = rawurldecode( (string) substr( $path, strlen( $variables['SCRIPT_NAME'] ) ) );
		unset( $variables['HTTP_AUTHORIZATION'] );
		$authorization = self::authorization( $server );
		if ( '' !== $authorization ) {
			$variables['HTTP_AUTHORIZATION'] = $authorization;
		}
		return $variables;
	}

	/** @return string The Authorization header, from wherever the server and its rules have put it. */
	private static function authorization( array $server ) {
		for ( $name = 'HTTP_AUTHORIZATION', $redirects = 0; $redirects <= 5; $redirects++, $name = "REDIRECT_$name" ) {
			if ( isset( $server[ $name ] ) && is_string( $server[ $name ] ) && '' !== trim( $server[ $name ] ) ) {
				return $server[ $name ];
			}
		}
		foreach ( Roster_Command::may( 'getallheaders' ) ? (array) getallheaders() : array() as $name => $value ) {
			if ( 'authorization' === strtolower( $name ) && is_string( $value ) && '' !== trim( $value ) ) {
				return $value;
			}
		}
		if ( isset( $server['PHP_AUTH_USER'] ) ) {
			$password = isset( $server['PHP_AUTH_PW'] ) ? $server['PHP_AUTH_PW'] : '';
			return 'Basic ' . base64_encode( $server['PHP_AUTH_USER'] . ":$password" );
		}
		return '';
	}

	/** @return array|null The answer in a program's output; null where that is no answer of CGI. */
	private static function parse( $output ) {
		if ( ! preg_match( '/\r?\n\r?\n/', $output, $end, PREG_OFFSET_CAPTURE ) ) {
			return null;
		}
		$answer = array(
			'status'  => 200,
			'headers' => array(),
			'body'    => substr( $output, $end[0][1] + strlen( $end[0][0] ) ),
		);
		foreach ( preg_split( '/\r?\n/', substr( $output, 0, $end[0][1] ) ) as $line ) {
			$field = explode( ':', $line, 2 );
			if ( 2 !== count( $field ) || ! preg_match( '/^[A-Za-z][A-Za-z0-9-]*$/', $field[0] ) ) {
				return null;
			}
			if ( 'status' === strtolower( $field[0] ) ) {
				$answer['status'] = (int) $field[1];
			} else {
				$answer['headers'][] = array( $field[0], trim( $field[1] ) );
			}
		}
		return $answer['status'] >= 200 && $answer['status'] < 600 ? $answer : null;
	}

	/** @return array An error in SCIM's form. */
	public static function error( $status, $detail, array $headers = array() ) {
		$body = array(
			'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:Error' ),
			'status'  => (string) $status,
			'detail'  => $detail,
		);
		return array(
			'status'  => $status,
			'headers' => array_merge( array( array( 'Content-Type', 'application/scim+json' ) ), $headers ),
			'body'    => (string) json_encode( $body, JSON_UNESCAPED_SLASHES ), // phpcs:ignore WordPress.WP.AlternativeFunctions -- WordPress need not be there.
		);
	}

	/** Sends an answer and nothing else. The status goes first: a Location without a 201 before it would become a 302. */
	public static function send( array $answer ) {
		for ( $level = ob_get_level(); $level > 0; $level-- ) {
			ob_end_clean();
		}
		if ( ! headers_sent() ) {
			header_remove();
			$protocol = isset( $_SERVER['SERVER_PROTOCOL'] ) && 'HTTP/1.0' === $_SERVER['SERVER_PROTOCOL'] ? 'HTTP/1.0' : 'HTTP/1.1';
			header( "$protocol {$answer['status']} " . self::reason( $answer['status'] ), true, $answer['status'] );
			$stored = false;
			foreach ( $answer['headers'] as $field ) {
				if ( 'content-length' !== strtolower( $field[0] ) ) {
					header( "$field[0]: $field[1]", false );
				}
				$stored = $stored || 'cache-control' === strtolower( $field[0] );
			}
			if ( ! $stored ) {
				header( 'Cache-Control: no-store' );
			}
			if ( ! in_array( $answer['status'], array( 204, 304 ), true ) && ( ! isset( $_SERVER['REQUEST_METHOD'] ) || 'HEAD' !== $_SERVER['REQUEST_METHOD'] ) ) {
				header( 'Content-Length: ' . strlen( $answer['body'] ) );
			}
		}
		echo $answer['body']; // phpcs:ignore WordPress.Security.EscapeOutput -- what the program has written.
	}

	/** @return string The words behind a status, which some clients want not to be empty. */
	private static function reason( $status ) {
		$reasons = array(
			200 => 'OK',
			201 => 'Created',
			204 => 'No Content',
			302 => 'Found',
			303 => 'See Other',
			304 => 'Not Modified',
			400 => 'Bad Request',
			401 => 'Unauthorized',
			403 => 'Forbidden',
			404 => 'Not Found',
			405 => 'Method Not Allowed',
			409 => 'Conflict',
			411 => 'Length Required',
			412 => 'Precondition Failed',
			413 => 'Content Too Large',
			415 => 'Unsupported Media Type',
			429 => 'Too Many Requests',
			500 => 'Internal Server Error',
			503 => 'Service Unavailable',
		);
		return isset( $reasons[ $status ] ) ? $reasons[ $status ] : 'Status';
	}

	/** @return bool Whether the client has its answer now, and PHP may go on. Elsewhere the program's own process sends what is due. */
	private static function finish() {
		foreach ( array( 'fastcgi_finish_request', 'litespeed_finish_request' ) as $function ) {
			if ( Roster_Command::may( $function ) ) {
				$function();
				return true;
			}
		}
		return false;
	}
}
